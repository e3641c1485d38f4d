// Builds a package twice: ES modules by tsc, and CommonJS from them by Rolldown.
//
// Jest and older projects of NestJS load CommonJS alone. The dependencies of our packages are ES modules, so the CommonJS contains
// them, with their licences; peers stay outside. The entries share their files, so that each class exists once.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

/** @param folder of the package; its tsconfig.build.json writes to dist/esm */
export function compile(folder) {
  const tsc = createRequire(join(folder, 'package.json')).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], {
    cwd: folder,
    stdio: 'inherit',
  });
}

/**
 * Makes dist/cjs of dist/esm.
 *
 * @param entries their names without ending, such as `nestjs/index`
 * @param bundled the packages that the CommonJS contains
 */
export async function addCommonJs(folder, entries, bundled = []) {
  const [esm, cjs] = ['esm', 'cjs'].map((kind) => join(folder, 'dist', kind));
  const build = await rolldown({
    input: Object.fromEntries(entries.map((name) => [name, join(esm, `${name}.js`)])),
    external: (id) => !/^[./]/.test(id) && !bundled.includes(id),
  });
  await build.write({ dir: cjs, format: 'cjs', exports: 'named', chunkFileNames: '[name].js' });
  // They are the same in both: TypeScript takes the kind of a module from the nearest package.json.
  for (const file of readdirSync(esm, { recursive: true }).filter((name) => name.endsWith('.d.ts'))) {
    mkdirSync(dirname(join(cjs, file)), { recursive: true });
    copyFileSync(join(esm, file), join(cjs, file));
  }
  writeFileSync(join(cjs, 'package.json'), '{ "type": "commonjs" }\n');
  for (const name of bundled) copyLicence(folder, name, cjs);
}

function copyLicence(folder, name, to) {
  const from = dirname(createRequire(join(folder, 'package.json')).resolve(`${name}/package.json`));
  const file = readdirSync(from).find((found) => /^licen[cs]e/i.test(found));
  copyFileSync(join(from, file), join(to, `LICENSE.${name}`));
}
