import { sql } from '../support/postgres/sql.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';

/** As long as the holder before may accept entries without having read the log. */
const ACCEPTANCE_MS = 1500;

describe('two instances without Redis on one database', () => {
  let database: TestDatabase;
  let holder: AppInProcess;
  let other: AppInProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    holder = await AppInProcess.start({ DATABASE_URL: database.url });
    await waitFor(async () => (await trustOf(holder)) === 'trusted', { what: 'the first to use its memory' });
    other = await AppInProcess.start({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await Promise.all([holder.stop(), other.stop()]);
    await database.drop();
  });

  const trustOf = async (app: AppInProcess) =>
    ((await app.call('GET', '/health')).body['cache'] as { trust: string }).trust;
  const lockHolders = () =>
    sql<{ pid: number }>(
      database.url,
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );

  it('let the second use its memory only when the first accepts no entry of its own any more', async () => {
    expect(await trustOf(other)).toBe('down');
    const [before] = await lockHolders();
    let notTakenAt = performance.now();
    await holder.stop();
    const isTaken = async () => {
      const now = performance.now();
      if (((await lockHolders())[0]?.pid ?? before?.pid) !== before?.pid) return true;
      notTakenAt = now;
      return false;
    };
    await waitFor(isTaken, { what: 'the second to take the lock' });
    await waitFor(async () => (await trustOf(other)) === 'trusted', { what: 'the second to use its memory' });
    expect(performance.now() - notTakenAt).toBeGreaterThan(ACCEPTANCE_MS);
  });
});
