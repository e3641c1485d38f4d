import { EXIT } from './arguments.js';
import { UsageError } from './usage-error.js';

/** Runs a command, whose exit code is the outcome. @param usage for a command line that was wrong */
export function runCommand(main: () => Promise<number>, usage: string): void {
  main().then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      const isUsage = error instanceof UsageError;
      console.error(isUsage ? `${error.message}\n\n${usage}` : error);
      process.exitCode = isUsage ? EXIT.usage : EXIT.unexamined;
    },
  );
}
