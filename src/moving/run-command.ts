import { Logger } from '@nestjs/common';
import { ConfigurationError } from '../config/configuration.error.js';
import { UsageError } from './usage.error.js';

const [REFUSED, WRONG_USAGE] = [1, 2];

/**
 * Runs a command and sets its exit code: 1 when it fails, with a sentence and without a stack, and 2 for wrong arguments.
 * @param command gets the arguments and answers the exit code
 */
export async function runCommand(usage: string, command: (args: string[]) => Promise<number>): Promise<void> {
  // The output may be what the command exports.
  Logger.overrideLogger(false);
  const args = process.argv.slice(2);
  try {
    if (['--help', '-h', 'help'].some((word) => args.includes(word))) process.stdout.write(`${usage}\n`);
    else process.exitCode = await command(args);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const text = error instanceof ConfigurationError ? error.problems.join('\n') : (error as Error).message;
    process.stderr.write(`${text}${isUsage ? `\n\n${usage}` : ''}\n`);
    process.exitCode = isUsage ? WRONG_USAGE : REFUSED;
  }
}
