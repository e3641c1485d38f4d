import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { connectionOptions } from './connection-options.js';
import { MIGRATIONS } from './migrations/index.js';
import type { PrimaryLocator } from './primary-locator.js';

const logger = new Logger('Migrations');

/** Any number, the same on every instance. */
const MIGRATION_LOCK = 3_141_592_653;

/**
 * Brings the schema up to date on a connection of its own, without the time limits that requests have. Instances that
 * start together take turns: the advisory lock belongs to that one connection.
 */
export async function migrate(applicationName: string, primary: PrimaryLocator): Promise<void> {
  const options = connectionOptions(applicationName, primary);
  const source = new DataSource({
    ...options,
    entities: [],
    migrations: MIGRATIONS,
    extra: { ...options.extra, max: 1, connectionTimeoutMillis: 5000 },
  });
  await source.initialize();
  try {
    await lock(source);
    report(await source.runMigrations({ transaction: 'each' }));
    await source.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    await source.destroy();
  }
}

function report(applied: { name: string }[]): void {
  for (const { name } of applied) logger.log(`Applied ${name}`);
  if (applied.length === 0) logger.log('The schema is up to date');
}

/** Waits for its turn, and says so when it has to. */
async function lock(source: DataSource): Promise<void> {
  const [row] = await source.query<{ held: boolean }[]>('SELECT pg_try_advisory_lock($1) AS held', [
    MIGRATION_LOCK,
  ]);
  if (row?.held === true) return;
  logger.log('Waiting for another instance, which applies the migrations');
  await source.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
}
