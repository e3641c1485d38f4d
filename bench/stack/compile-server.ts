import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Options, transform } from '@swc/core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the build copies: see `assets` in `nest-cli.json`. */
const COPIED = /\.(mjs|html|css|json)$/;
const SOURCES = ['src', 'packages/verifier/src', 'bench/server', 'bench/population'];

/**
 * Compiles the product and the benchmark's server with the settings of `npm run build`. The measured process then runs plain
 * JavaScript, without a loader that costs time and memory.
 * @returns the path of the server's script
 */
export async function compileServer(into: string): Promise<string> {
  const text = await readFile(join(ROOT, '.swcrc'), 'utf8');
  const { $schema: _schema, ...options } = JSON.parse(text) as Options & { $schema?: string };
  for (const folder of SOURCES) {
    const entries = await readdir(join(ROOT, folder), { recursive: true });
    const files = entries.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
    await Promise.all(files.map((file) => compile(join(folder, file), into, options)));
    const others = entries.filter((name) => COPIED.test(name)).map((name) => join(folder, name));
    await Promise.all(others.map((file) => cp(join(ROOT, file), join(into, file))));
  }
  await symlink(join(ROOT, 'node_modules'), join(into, 'node_modules'));
  await cp(join(ROOT, 'package.json'), join(into, 'package.json'));
  return join(into, 'bench/server/main.js');
}

async function compile(file: string, into: string, options: Options): Promise<void> {
  const source = await readFile(join(ROOT, file), 'utf8');
  const { code } = await transform(source, {
    ...options,
    swcrc: false,
    filename: join(ROOT, file),
    sourceMaps: false,
  });
  const target = join(into, file.replace(/\.ts$/, '.js'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, code);
}
