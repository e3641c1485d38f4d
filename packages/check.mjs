// Checks the tarball that a registry would get of each package: publint reads its package.json, and attw ("are the types wrong?") finds
// the types of its entries as TypeScript does in each mode of module resolution. Run by `npm run packages:check`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'ergodrive-packages-'));

try {
  for (const folder of ['verifier', 'client', 'server/dist']) {
    const tarball = pack(join(packages, folder));
    execFileSync('publint', ['--strict', tarball], { stdio: 'inherit' });
    execFileSync('attw', [tarball], { stdio: 'inherit' });
  }
} finally {
  rmSync(scratch, { recursive: true });
}

function pack(cwd) {
  const options = ['--json', '--ignore-scripts', '--pack-destination', scratch];
  const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', ...options], { cwd }));
  return join(scratch, filename);
}
