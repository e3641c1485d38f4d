import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NEST = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
const INPUTS = ['src', '.swcrc', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', 'package.json'];
const CONSOLE = join(ROOT, 'packages/console');
const CONSOLE_INPUTS = ['src', 'account.html', 'admin.html', 'build.mjs', 'package.json', '../client/src'];

/** What `node` runs to start the app. */
export const APP_ENTRY = join(ROOT, 'dist/main.js');

/**
 * Builds the app with `nest build`, and its pages, where what was built is missing or older than a source file.
 *
 * @throws Error with the compiler's output when the build fails
 */
export async function ensureBuilt(): Promise<void> {
  await Promise.all([ensureApp(), ensureConsole()]);
}

async function ensureApp(): Promise<void> {
  if ((await changeTime(APP_ENTRY)) > (await newestOf(ROOT, INPUTS))) return;
  await run(ROOT, [NEST, 'build']);
  if (!(await changeTime(APP_ENTRY))) throw new Error(`nest build made no ${APP_ENTRY}`);
}

async function ensureConsole(): Promise<void> {
  if ((await changeTime(join(CONSOLE, 'dist/account.html'))) > (await newestOf(CONSOLE, CONSOLE_INPUTS)))
    return;
  await run(CONSOLE, ['build.mjs']);
}

async function run(cwd: string, command: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, command, { cwd }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  });
}

const newestOf = async (folder: string, paths: readonly string[]): Promise<number> =>
  Math.max(...(await Promise.all(paths.map((path) => newestChange(join(folder, path))))));

/** The last change of a file, or of anything in a folder; a folder's own time changes when a file is removed. */
async function newestChange(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true }).catch(() => []);
  const times = await Promise.all(['', ...entries].map((entry) => changeTime(join(path, entry))));
  return Math.max(...times);
}

async function changeTime(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
