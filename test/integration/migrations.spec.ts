import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { waitForDatabase } from '../../src/database/wait-for-database.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { sql } from '../support/postgres/sql.js';
import {
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
} from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';

// Jest runs from the project's root.
const OF_0_1_0 = readFileSync(join(process.cwd(), 'test/fixtures/v0.1.0/database.sql'), 'utf8');
const INDEX = 'sessions_client_idx';

let database: TestDatabase;
let other: pg.Client;

const connect = async (made: Promise<TestDatabase>) => {
  database = await made;
  other = new pg.Client({ connectionString: database.url, application_name: 'a report' });
  await other.connect();
};
afterEach(async () => {
  await other.end();
  await database.drop();
});

const start = (waitSeconds = 60) => {
  const primary = primaryOf(database.url);
  return waitForDatabase(primary.target, waitSeconds, () => migrate('test', primary));
};
/** How many sessions of PostgreSQL wait for a lock with such a statement. */
const waiting = async (statement: string) => {
  const rows = await sql(
    database.url,
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ~ $1`,
    [statement],
  );
  return rows.length;
};

describe('migrations while a transaction that reads sessions is open', () => {
  beforeEach(async () => {
    await connect(createEmptyDatabase());
    await sql(database.url, OF_0_1_0);
    await other.query('BEGIN');
    await other.query('SELECT FROM sessions LIMIT 1');
  });

  it('do not keep requests from the table, and are applied when it ends', async () => {
    const migrated = start();
    for (let round = 0; round < 2; round++) {
      await waitFor(() => waiting('ALTER TABLE sessions'), { what: 'a migration to wait', intervalMs: 5 });
      // This request comes after the migration, and waits behind it.
      await expect(sql(database.url, 'SELECT FROM sessions')).resolves.toHaveLength(5);
    }
    await other.query('COMMIT');
    await migrated;
    await expect(sql(database.url, 'SELECT client_id FROM sessions')).resolves.toHaveLength(5);
  });

  it('end after the wait with an error that names the transaction', async () => {
    const { rows } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await expect(start(1)).rejects.toThrow(
      `a migration waits for the end of transactions that use its tables: process ${rows[0]!.pid} (a report, `,
    );
  });
});

describe('the index of sessions by client', () => {
  beforeEach(() => connect(createTestDatabase()));

  /** As before its migration. */
  const forget = () => sql(database.url, `DELETE FROM migrations WHERE name LIKE 'IndexSessionsByClient%'`);
  const state = () =>
    sql(database.url, `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('${INDEX}')`);

  it('is built while requests write, by one of two instances that start together', async () => {
    await forget();
    await sql(database.url, `DROP INDEX ${INDEX}`);
    await other.query('BEGIN');
    await other.query('LOCK TABLE sessions IN ROW EXCLUSIVE MODE');
    const primary = primaryOf(database.url);
    const migrated = Promise.all([migrate('one', primary), migrate('other', primary)]);
    await waitFor(() => waiting('CREATE INDEX CONCURRENTLY'), { what: 'the build to wait' });
    await sql(database.url, 'UPDATE sessions SET last_used_at = now()');
    await other.query('COMMIT');
    await migrated;
    await expect(state()).resolves.toEqual([{ valid: true }]);
  });

  it('is built anew when its build was interrupted', async () => {
    await forget();
    await sql(database.url, `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${INDEX}'::regclass`);
    await start();
    await expect(state()).resolves.toEqual([{ valid: true }]);
  });

  it('is left as it is when it is there', async () => {
    await forget();
    const [before] = await sql(database.url, `SELECT '${INDEX}'::regclass::oid AS oid`);
    await start();
    await expect(sql(database.url, `SELECT '${INDEX}'::regclass::oid AS oid`)).resolves.toEqual([before]);
  });
});

describe('the migration of clients that a file manages', () => {
  beforeEach(() => connect(createTestDatabase()));

  /** As the version before it left the table. */
  const undo = () =>
    sql(
      database.url,
      `ALTER TABLE oauth_clients DROP COLUMN client_id, DROP COLUMN managed_by, DROP COLUMN chosen_id;
       DELETE FROM migrations WHERE name LIKE 'ManageOAuthClientsByFile%'`,
    );
  const insert = () =>
    sql(database.url, `INSERT INTO oauth_clients (name, secret_hash) VALUES ('a', sha256('a'))`);

  it('keeps the ids of clients, and gives those of the previous version theirs', async () => {
    await undo();
    await insert();
    await start();
    await insert();
    await expect(
      sql(database.url, 'SELECT client_id = id::text AS is_same, managed_by FROM oauth_clients'),
    ).resolves.toEqual(Array(2).fill({ is_same: true, managed_by: null }));
  });
});
