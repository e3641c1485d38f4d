import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NEST = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
const INPUTS = ['src', '.swcrc', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', 'package.json'];

/** What `node` runs to start the app. */
export const APP_ENTRY = join(ROOT, 'dist/main.js');

/**
 * Builds the app with `nest build` if `dist/` is missing or older than a source file.
 *
 * @throws Error with the compiler's output when the build fails
 */
export async function ensureBuilt(): Promise<void> {
  const newest = Math.max(...(await Promise.all(INPUTS.map((path) => newestChange(join(ROOT, path))))));
  if ((await changeTime(APP_ENTRY)) > newest) return;
  await promisify(execFile)(process.execPath, [NEST, 'build'], { cwd: ROOT }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`nest build failed:\n${stdout}${stderr}`, { cause: error });
  });
  if (!(await changeTime(APP_ENTRY))) throw new Error(`nest build made no ${APP_ENTRY}`);
}

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
