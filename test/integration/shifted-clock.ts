import { migrate } from '../../src/database/migrate.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import type { PostgresServer } from '../support/postgres/postgres-server.js';
import { sql } from '../support/postgres/sql.js';
import type { TestDatabase } from '../support/postgres/test-database.js';

const FUNCTIONS = ['now', 'clock_timestamp', 'statement_timestamp'];

/** A migrated database whose sessions see a clock that a test sets. */
export async function createShiftedDatabase(server: PostgresServer): Promise<TestDatabase> {
  const database = await server.createDatabase();
  await migrate('shifted-clock', primaryOf(database.url));
  const functions = FUNCTIONS.map(
    (name) => `CREATE FUNCTION public.${name}() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS 'SELECT pg_catalog.${name}() + ahead FROM shifted.clock'`,
  );
  const name = new URL(database.url).pathname.slice(1);
  const statements = [
    'CREATE SCHEMA shifted',
    `CREATE TABLE shifted.clock AS SELECT interval '0' AS ahead`,
    ...functions,
    // The tables of the service come first, or the service would set another path.
    `ALTER DATABASE ${name} SET search_path = public, pg_catalog`,
  ];
  for (const statement of statements) await sql(database.url, statement);
  return database;
}

/** Shifts the clock of all sessions, from their next statements on. */
export const shiftClock = ({ url }: TestDatabase, aheadSeconds: number) =>
  sql(url, 'UPDATE shifted.clock SET ahead = make_interval(secs => $1)', [aheadSeconds]);
