import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NEST = 'node_modules/@nestjs/cli/bin/nest.js';
const SHARED = ['tsconfig.json', 'package.json'];
const PACKAGE_BUILD = ['packages/build.mjs', 'packages/package-build.mjs', ...SHARED];

interface Build {
  /** The folder in which the command runs. */
  readonly folder: string;
  readonly command: readonly string[];
  /** A file that the command makes last. */
  readonly output: string;
  readonly inputs: readonly string[];
}

const packageBuild = (name: string): Build => ({
  folder: `packages/${name}`,
  command: ['../build.mjs'],
  output: `packages/${name}/dist/cjs/package.json`,
  inputs: [`packages/${name}/src`, `packages/${name}/package.json`, ...PACKAGE_BUILD],
});

const APP: Build = {
  folder: '.',
  command: [NEST, 'build'],
  output: 'dist/main.js',
  inputs: ['src', '.swcrc', 'nest-cli.json', 'tsconfig.build.json', ...SHARED],
};
const CONSOLE: Build = {
  folder: 'packages/console',
  command: ['build.mjs'],
  output: 'packages/console/dist/account.html',
  inputs: ['src', 'account.html', 'admin.html', 'build.mjs', 'package.json', '../client/src'].map((path) =>
    join('packages/console', path),
  ),
};
const SERVER: Build = {
  folder: 'packages/server',
  command: ['build.mjs'],
  output: 'packages/server/dist/package.json',
  inputs: [
    'packages/server/src',
    'packages/server/build.mjs',
    'tools',
    'CHANGELOG.md',
    APP.output,
    CONSOLE.output,
    ...PACKAGE_BUILD,
  ],
};

/** What `node` runs to start the app. */
export const APP_ENTRY = join(ROOT, APP.output);

/**
 * Builds the app, its pages and the libraries, where what was built is missing or older than a source file.
 *
 * @throws Error with the compiler's output when a build fails
 */
export async function ensureBuilt(): Promise<void> {
  await Promise.all([APP, CONSOLE, packageBuild('client'), packageBuild('verifier')].map(ensure));
}

/** The same with the package of the service. */
export async function ensureAllBuilt(): Promise<void> {
  await ensureBuilt();
  await ensure(SERVER);
}

async function ensure({ folder, command, output, inputs }: Build): Promise<void> {
  const newest = Math.max(...(await Promise.all(inputs.map((path) => newestChange(join(ROOT, path))))));
  if ((await changeTime(join(ROOT, output))) > newest) return;
  await run(join(ROOT, folder), command);
  if (!(await changeTime(join(ROOT, output)))) throw new Error(`${command.join(' ')} made no ${output}`);
}

async function run(cwd: string, command: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, command, { cwd }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  });
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
