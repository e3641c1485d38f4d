import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isLockTimeout, statementErrorCode } from '../common/database-errors.js';
import { ConfigurationError } from '../config/configuration.error.js';
import { connectionOptions } from './connection-options.js';
import { readAndMark, type ServerRow } from './history.js';
import { MigrationLockError, type LockHolder } from './migration-lock.error.js';
import { MigrationLogger } from './migration.logger.js';
import { MIGRATIONS } from './migrations/index.js';
import { prepareSchema } from './own-schema.js';
import type { PrimaryLocator } from './primary-locator.js';

const logger = new Logger('Migrations');

const NO_PRIVILEGE = '42501';

/** Any number, the same on every instance. */
const MIGRATION_LOCK = 3_141_592_653;
const TURN_INTERVAL_MS = 200;

/**
 * How long a migration waits for the lock of a table. Statements of requests that come later wait behind it, so this is well below
 * their own time limit.
 */
const LOCK_TIMEOUT_MS = 500;

/** Who has locks of tables of the service, oldest first. The time is `null` where the role may not see it. */
const LOCK_HOLDERS = `
  SELECT pid, application_name AS application, floor(extract(epoch FROM now() - xact_start))::int AS seconds
  FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND pid IN (
    SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database JOIN pg_class c ON c.oid = l.relation
    WHERE d.datname = current_database() AND l.granted AND c.relkind = 'r'
      AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()))
  ORDER BY xact_start LIMIT 3`;

/**
 * Brings the schema up to date on a connection of its own, without the time limits that requests have. Instances that
 * start together take turns: the advisory lock belongs to that one connection.
 * @throws ConfigurationError when the role may not apply what is pending, or another schema has tables of the service
 * @throws MigrationLockError when a migration did not get the lock of a table in time: `waitForDatabase` tries again
 */
export async function migrate(applicationName: string, primary: PrimaryLocator): Promise<void> {
  const options = connectionOptions(applicationName, primary);
  const source = new DataSource({
    ...options,
    // Of the list of migrations. The schema may be missing when the connection is opened.
    schema: primary.schema,
    entities: [],
    migrations: MIGRATIONS,
    logger: new MigrationLogger(),
    extra: { ...options.extra, max: 1, connectionTimeoutMillis: 5000 },
  });
  await source.initialize();
  try {
    await lock(source);
    await prepareSchema(source, primary);
    await source.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
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
    if (isLockTimeout(error)) throw new MigrationLockError(await source.query<LockHolder[]>(LOCK_HOLDERS));
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

/**
 * Waits for its turn, and says so when it has to. It asks again and again: a statement that waits for the lock would have a snapshot,
 * and the instance that has the lock may wait for the end of all older snapshots, as it does to build an index concurrently.
 */
async function lock(source: DataSource): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const [row] = await source.query<{ held: boolean }[]>('SELECT pg_try_advisory_lock($1) AS held', [
      MIGRATION_LOCK,
    ]);
    if (row?.held === true) return;
    if (attempt === 1) logger.log('Waiting for another instance, which applies the migrations');
    await pause(TURN_INTERVAL_MS);
  }
}
