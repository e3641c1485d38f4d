import { execFile } from 'node:child_process';

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly exitCode: number;
  readonly output: string;
}

/**
 * Runs a command of npm, or one that npm installed, as a person's shell would: without the variables of the npm that runs the tests.
 *
 * @throws Error when the command cannot be run, or has not ended after five minutes
 */
export function runCommand(
  cwd: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const options = {
    cwd,
    env: { ...shellEnvironment(), ...env },
    timeout: 300_000,
    maxBuffer: 64 * 1024 * 1024,
  };
  return new Promise((resolve, reject) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const output = stdout + stderr;
      if (error === null) resolve({ exitCode: 0, output });
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, output });
      else reject(new Error(`${command} ${args.join(' ')} failed:\n${output}`, { cause: error }));
    });
  });
}

/** As {@link runCommand}, for a command that has to succeed. @returns what it printed */
export async function succeed(...[cwd, command, args, env]: Parameters<typeof runCommand>): Promise<string> {
  const { exitCode, output } = await runCommand(cwd, command, args, env);
  if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${exitCode}:\n${output}`);
  return output;
}

/** `npm run` leaves its settings to its children, the folder of the project among them. The registry is a choice of the machine. */
export function shellEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_|NODE_OPTIONS$|NODE_ENV$|JEST_|CI$|INIT_CWD$)/i.test(name) || name === 'npm_config_registry',
  );
  return Object.fromEntries(entries);
}
