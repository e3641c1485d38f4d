import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const { version } = JSON.parse(readFileSync(join(MODULES, '@electric-sql/pglite/package.json'), 'utf8')) as {
  version: string;
};
const TEMPLATE = join(MODULES, `.cache/embedded-postgres-${version}`);

/**
 * Puts an embedded PostgreSQL without tables into a data folder, as the first start makes it: that takes 4 s of a processor,
 * and a copy a quarter of a second. The template is kept from run to run.
 */
export async function placeEmbeddedPostgres(dataDir: string): Promise<void> {
  if (!existsSync(TEMPLATE)) await makeTemplate();
  await cp(TEMPLATE, join(dataDir, 'postgres'), { recursive: true });
}

/** Several suites may make it at once; the first one that is done gives it its name. */
async function makeTemplate(): Promise<void> {
  const folder = `${TEMPLATE}-${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  const database = await PGlite.create(folder);
  await database.close();
  await rename(folder, TEMPLATE).catch(() => rm(folder, { recursive: true }));
}
