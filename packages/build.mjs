// Builds the library in the working directory: what its package.json exports.
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { addCommonJs, compile } from './package-build.mjs';

const folder = process.cwd();
const { dependencies = {}, exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.values(exports)
  .map(({ import: module }) => /^\.\/dist\/esm\/(.*)\.js$/.exec(module?.default)?.[1])
  .filter(Boolean);

rmSync('dist', { recursive: true, force: true });
compile(folder);
await addCommonJs(folder, entries, Object.keys(dependencies));
copyFileSync('../../LICENSE', 'LICENSE');
