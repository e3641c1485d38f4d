import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ConfigurationError } from '../config/configuration.error.js';

const [REFUSED, WRONG_USAGE] = [1, 2];

/** A command was called in a wrong way; the message says what to write instead. */
export class UsageError extends Error {}

/** As `parseArgs` of Node.js. @throws UsageError for an unknown option, a missing value or an argument too many */
export function parseCommandLine<Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * Runs a command. Its failure is a sentence on the standard error, without a stack, and the exit code 1; for wrong arguments the usage too,
 * and the exit code 2.
 */
export async function runReporting(usage: string, command: () => Promise<void> | void): Promise<void> {
  try {
    await command();
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const text = error instanceof ConfigurationError ? error.problems.join('\n') : (error as Error).message;
    process.stderr.write(`${text}${isUsage ? `\n\n${usage}` : ''}\n`);
    process.exitCode = isUsage ? WRONG_USAGE : REFUSED;
  }
}
