// Builds the pages into dist/: two HTML files and their assets, each asset also compressed, for the service to send as it is. The client is
// taken from its source, so that nothing must be built before.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
const assets = join(dist, 'assets');
const LICENCES = 'licences.json';

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
    outDir: dist,
    emptyOutDir: true,
    target: 'es2022',
    // A data: URL in a style, or a script that adds another one, is refused by the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: LICENCES },
    rolldownOptions: {
      input: { account: join(root, 'account.html'), admin: join(root, 'admin.html') },
      output: { postBanner: '/*! Licences of the packages in here: ../licences.txt */' },
    },
  },
});

writeLicences();

for (const name of readdirSync(assets)) {
  const file = join(assets, name);
  const content = readFileSync(file);
  writeFileSync(`${file}.br`, brotliCompressSync(content));
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}

/** The scripts have packages in them, whose licences ask for their text. The SBOM lists the same packages. */
function writeLicences() {
  const packages = JSON.parse(readFileSync(join(dist, LICENCES), 'utf8'));
  rmSync(join(dist, LICENCES));
  const names = packages.map(({ name }) => name).sort();
  const listed = JSON.parse(readFileSync(join(root, 'bundled.json'), 'utf8'));
  if (names.join() !== listed.join())
    throw new Error(`The scripts contain ${names.join(', ')}: write that into bundled.json`);
  const texts = packages.map(({ name, version, identifier, text }) => {
    if (!text) throw new Error(`${name} has no text of its licence`);
    return `${name} ${version} (${identifier})\n\n${text.trim()}\n`;
  });
  writeFileSync(join(dist, 'licences.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}
