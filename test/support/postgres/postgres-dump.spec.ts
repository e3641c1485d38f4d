import pg from 'pg';
import { waitFor } from '../wait-for.js';
import { PostgresDump } from './postgres-dump.js';
import { sql } from './sql.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** The tables that a session which waits for a lock holds locked itself. */
const HELD_BY_WAITING = `
  SELECT held.relation::regclass::text AS name FROM pg_locks waiting
  JOIN pg_locks held ON held.pid = waiting.pid AND held.mode = 'AccessExclusiveLock' AND held.granted
  JOIN pg_class ON pg_class.oid = held.relation AND relkind = 'r'
  WHERE NOT waiting.granted AND waiting.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

describe('PostgresDump', () => {
  let database: TestDatabase;
  let dump: PostgresDump;

  beforeAll(async () => {
    database = await createTestDatabase();
    dump = await PostgresDump.of(database.url);
  });
  afterAll(async () => {
    await dump.remove();
    await database.drop();
  });

  it('restores although a client locks tables in another order', async () => {
    const client = new pg.Client(database.url);
    await client.connect();
    // The client must not be the one that the deadlock ends.
    await client.query(`SET deadlock_timeout = '1min'; BEGIN; SELECT FROM users`);
    const restored = dump.restore(database.url, { clean: true });
    const held = await waitFor(async () => (await sql<{ name: string }>(database.url, HELD_BY_WAITING))[0], {
      what: 'the restore to wait',
    });
    await client.query(`SELECT FROM ${held?.name}`);
    await client.query('ROLLBACK');
    await client.end();
    await expect(restored).resolves.toBeUndefined();
  });

  it('reports what else is wrong', async () => {
    await expect(dump.restore(database.url)).rejects.toThrow('already exists');
  });
});
