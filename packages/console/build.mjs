// Builds the pages into dist/: two HTML files and their assets, each asset also compressed, for the service to send as it is. The client is
// taken from its source, so that nothing must be built before.
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = dirname(fileURLToPath(import.meta.url));
const assets = join(root, 'dist/assets');

// Suites of Jest, whose NODE_ENV is another one, get the same pages.
process.env.NODE_ENV = 'production';
await build({
  root,
  configFile: false,
  // The service puts the path of PUBLIC_URL before it.
  base: '/console/',
  logLevel: 'warn',
  publicDir: false,
  resolve: { alias: { '@ergodrive/client': join(root, '../client/src/index.ts') } },
  build: {
    outDir: join(root, 'dist'),
    emptyOutDir: true,
    target: 'es2022',
    // A data: URL in a style, or a script that adds another one, is refused by the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { account: join(root, 'account.html'), admin: join(root, 'admin.html') } },
  },
});

// The scripts have these packages in them, whose licence (MIT) asks for its text.
for (const name of ['preact', '@preact/signals', '@preact/signals-core']) {
  const folder = createRequire(import.meta.url)
    .resolve(name)
    .replace(/(node_modules\/(@[^/]+\/)?[^/]+)\/.*/, '$1');
  copyFileSync(join(folder, 'LICENSE'), join(root, 'dist', `LICENSE.${name.replace('/', '.')}`));
}

for (const name of readdirSync(assets)) {
  const file = join(assets, name);
  const content = readFileSync(file);
  writeFileSync(`${file}.br`, brotliCompressSync(content));
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}
