import { Logger } from '@nestjs/common';
import { runReporting } from '../common/command-line.js';

/**
 * Runs the import or the export and sets the exit code, with {@link runReporting}.
 * @param command gets the arguments and answers the exit code
 */
export async function runCommand(usage: string, command: (args: string[]) => Promise<number>): Promise<void> {
  // The output may be what the command exports.
  Logger.overrideLogger(false);
  const args = process.argv.slice(2);
  await runReporting(usage, async () => {
    if (['--help', '-h', 'help'].some((word) => args.includes(word))) process.stdout.write(`${usage}\n`);
    else process.exitCode = await command(args);
  });
}
