import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { statementErrorCode } from '../common/database-errors.js';
import { ConfigurationError } from '../config/configuration.error.js';
import { connectionOptions } from './connection-options.js';
import { readAndMark, type ServerRow } from './history.js';
import { MIGRATIONS } from './migrations/index.js';
import type { PrimaryLocator } from './primary-locator.js';

const logger = new Logger('Migrations');

const NO_PRIVILEGE = '42501';

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
    report(await apply(source, primary.target.variable));
    await readAndMark((text) => source.query<ServerRow[]>(text));
    await source.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    await source.destroy();
  }
}

/** @throws ConfigurationError when migrations are pending and the role may not apply them: nothing else needs its rights */
async function apply(source: DataSource, variable: string): Promise<{ name: string }[]> {
  try {
    return await source.runMigrations({ transaction: 'each' });
  } catch (error) {
    if (statementErrorCode(error) !== NO_PRIVILEGE) throw error;
    throw new ConfigurationError([
      `${variable} names a role that may not apply the pending migrations. Apply them by the role that owns the tables: ` +
        'node dist/migrate.js',
    ]);
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
