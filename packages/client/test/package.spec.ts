import { execFile } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AppProcess } from '../../../test/support/app/app-process.js';
import { makeTemporaryDirectory } from '../../../test/support/files/temporary-directory.js';
import { GENERATED, generateClient } from '../generate.js';
import { startService } from './service.js';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const BUILD = fileURLToPath(new URL('../../build.mjs', import.meta.url));
const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const TSC = join(MODULES, 'typescript/bin/tsc');

/** What the compiler of a project that uses the package is strict about. */
const COMPILER_OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: 'NodeNext',
  target: 'ES2023',
  lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  types: [],
};

describe('the package', () => {
  let service: AppProcess;
  beforeAll(async () => (service = await startService()));
  afterAll(() => service.stop());

  it('has the client of the document that the service serves (npm run client:generate)', async () => {
    const folder = await makeTemporaryDirectory('generated');
    const response = await fetch(`${service.url}/api/docs-json`);
    await generateClient((await response.json()) as object, folder);
    await expect(filesIn(GENERATED)).resolves.toEqual(await filesIn(folder));
  });

  it('runs the examples of its README as an installed package', async () => {
    const folder = await makeTemporaryDirectory('installed');
    await install(folder);
    const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8');
    const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
    expect(examples).toHaveLength(5);
    await Promise.all(
      examples.map((code, index) =>
        writeFile(join(folder, `example${index}.ts`), code.replace('https://auth.example.org', service.url)),
      ),
    );
    await run(process.execPath, [TSC], { cwd: folder }).catch((error: unknown) => {
      throw new Error((error as { stdout: string }).stdout);
    });
    const { stdout } = await run(process.execPath, ['example0.js'], { cwd: folder });
    expect(stdout).toBe('Ada Lovelace\nnull true\n401 token_missing\n');
    const required = "console.log(Object.keys(require('@ergodrive/client')).join())";
    await expect(run(process.execPath, ['-e', required], { cwd: folder })).resolves.toMatchObject({
      stdout: 'createClient,sharedByTabs\n',
    });
  }, 180_000);
});

/** Builds the package, and installs what its archive has: package.json and dist. */
async function install(folder: string): Promise<void> {
  const target = join(folder, 'node_modules/@ergodrive/client');
  await run(process.execPath, [BUILD], { cwd: PACKAGE });
  await Promise.all(
    ['package.json', 'dist'].map((name) => cp(join(PACKAGE, name), join(target, name), { recursive: true })),
  );
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS }));
}

/** The files of a folder and what they hold. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const contents = await Promise.all(files.sort().map((file) => readFile(file, 'utf8')));
  return Object.fromEntries(
    files.map((file, index) => [file.slice(folder.length).replace(/^\//, ''), contents[index]!]),
  );
}
