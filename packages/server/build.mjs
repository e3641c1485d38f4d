// Makes the package @ergodrive/server in dist/: the compiled application, its tools, `startErgodrive`, and a package.json with the
// dependencies of the application. What is published is that folder.
import { copyFileSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { addCommonJs, compile } from '../package-build.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '../..');
const dist = join(folder, 'dist');
const APPLICATION = join(root, 'dist');
/** The pages of the service, at their place beside it. */
const PAGES = 'packages/console/dist';
const TOOLS = ['doctor', 'load'];

if (!existsSync(join(APPLICATION, 'main.js'))) throw new Error('the application is not built: npm run build');
if (!existsSync(join(root, PAGES))) throw new Error('the pages are not built: npm run build');
rmSync(dist, { recursive: true, force: true });
compile(folder);
await addCommonJs(folder, ['index']);
cpSync(APPLICATION, join(dist, 'app'), { recursive: true, filter: (path) => !path.endsWith('.map') });
cpSync(join(root, PAGES), join(dist, PAGES), { recursive: true });
await Promise.all(TOOLS.map(bundleTool));
writePackageJson();
for (const [from, file] of [
  [root, 'LICENSE'],
  [root, 'CHANGELOG.md'],
  [folder, 'README.md'],
])
  copyFileSync(join(from, file), join(dist, file));

/** The tools of the repository are TypeScript in many files. */
async function bundleTool(name) {
  const build = await rolldown({
    input: join(root, 'tools', name, 'main.ts'),
    platform: 'node',
    external: (id) => !/^[./]/.test(id),
  });
  await build.write({ file: join(dist, 'tools', `${name}.js`), format: 'esm' });
}

function writePackageJson() {
  const read = (from) => JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
  const { dependencies, engines, version } = read(root);
  const { private: _private, scripts: _scripts, ...own } = read(folder);
  const content = { ...own, version, engines, dependencies };
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(content, undefined, 2)}\n`);
}
