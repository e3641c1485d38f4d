import { DataSource, type DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from './migrations/index.js';

/** Any number, the same on every instance. */
const MIGRATION_LOCK = 3_141_592_653;

/**
 * Brings the schema up to date on a connection of its own, without the time limits that requests have. Instances that
 * start together take turns: the advisory lock belongs to that one connection.
 */
export async function migrate(options: DataSourceOptions): Promise<void> {
  const source = new DataSource({
    ...options,
    entities: [],
    migrations: MIGRATIONS,
    extra: { max: 1, connectionTimeoutMillis: 5000 },
  });
  await source.initialize();
  try {
    await source.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.runMigrations({ transaction: 'each' });
    await source.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    await source.destroy();
  }
}
