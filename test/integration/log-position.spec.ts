import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { Standing } from '../../src/standing/standing.js';
import { ChangeFeed } from '../../src/log/change-feed.js';
import {
  LOG_CHANNEL,
  readNewRows,
  readPosition,
  readReplay,
  STORE_POSITION,
} from '../../src/log/invalidation-log.js';
import type { LogPosition } from '../../src/log/log-position.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { interleavings, LogWriters, type Step } from './log-interleaving.js';
import { appSuite, connectedClient, databaseOfSuite } from './app-suite.js';

/** A failure names its seed; `SEED` runs the same interleavings again. */
const { SEED } = process.env;
const parameters = (numRuns: number) => ({
  numRuns,
  interruptAfterTimeLimit: 50_000,
  markInterruptAsFailure: true,
  ...(SEED === undefined ? {} : { seed: Number(SEED) }),
});

const WINDOW_SECONDS = 1800;

const sorted = (ids: Iterable<string>) => [...ids].sort();

describe('a position in the invalidation log', () => {
  const database = databaseOfSuite();
  let reader: pg.Client;

  beforeAll(async () => {
    reader = await connectedClient(database.url);
    await reader.query(`LISTEN ${LOG_CHANNEL}`);
  });

  it('reads each committed row once and none that was rolled back, however transactions interleave', async () => {
    const readsEachOnce = async (before: readonly Step[], steps: readonly Step[]) => {
      const writers = await LogWriters.connect(database.url);
      try {
        for (const step of before) await writers.run(step, () => Promise.resolve());
        const earlier = new Set(writers.committed);
        const follower = new PageReader(reader, (await readPosition(reader)).position);
        const expected = () => sorted([...writers.committed].filter((id) => !earlier.has(id)));
        for (const step of steps) {
          await writers.run(step, () => follower.read());
          if (step.kind === 'read') expect(sorted(follower.userIds)).toEqual(expected());
        }
        await writers.finish();
        await follower.read();
        await follower.read();
        expect(sorted(follower.userIds)).toEqual(expected());
      } finally {
        await writers.close();
      }
    };
    await fc.assert(fc.asyncProperty(interleavings, interleavings, readsEachOnce), parameters(60));
  });

  const replay = () =>
    readReplay(async (text, values) => (await reader.query(text, values)).rows as unknown, WINDOW_SECONDS);

  it('comes with a time that is not before its snapshot, and so does a replay', async () => {
    const { position } = await readPosition(reader);
    // As a statement that is delayed between its begin and its snapshot.
    await reader.query('BEGIN');
    const [change] = await sql<{ committed_by: number }>(
      database.url,
      `WITH row AS (INSERT INTO invalidations (kind, user_id) VALUES ('user.updated', gen_random_uuid()))
       SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS committed_by`,
    );
    const page = await readNewRows(reader, position);
    expect(page.rows).toHaveLength(1);
    expect(page.databaseMs).toBeGreaterThanOrEqual(change!.committed_by);
    await expect(replay()).resolves.toMatchObject({ userIds: [] });
    expect((await replay()).floorMs).toBeGreaterThanOrEqual(change!.committed_by);
    await reader.query('ROLLBACK');
  });

  it('from which there are too many rows for a replay makes every earlier entry count as missing', async () => {
    // A position may reach back to them while another database of the server has an open transaction.
    await reader.query('DELETE FROM invalidations');
    await reader.query(STORE_POSITION);
    const write = `INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', gen_random_uuid() FROM generate_series(1, $1)`;
    await reader.query(write, [10]);
    expect((await replay()).userIds).toHaveLength(10);
    await reader.query(write, [50_000]);
    const { databaseMs } = await readPosition(reader);
    const { floorMs, userIds } = await replay();
    expect(userIds).toEqual([]);
    expect(floorMs).toBeGreaterThanOrEqual(databaseMs);
  });

  it('belongs to one history: a page read after the tables were replaced names another one', async () => {
    const { history, position } = await readPosition(reader);
    await reader.query(REPLACE_SESSIONS);
    await expect(readNewRows(reader, position)).resolves.not.toMatchObject({ history });
  });
});

describe('a follower of the invalidation log', () => {
  const { app, database } = appSuite();
  let operator: pg.Client;
  let published: string[];

  beforeAll(async () => {
    operator = await connectedClient(database.url);
    app.get(ChangeFeed).subscribe((event) => {
      published.push(event.kind === 'log.skipped' ? event.kind : event.user_id);
    });
  });
  beforeEach(() => {
    published = [];
  });

  const insert = (userId: string) =>
    operator.query(`INSERT INTO invalidations (kind, user_id) VALUES ('user.updated', $1)`, [userId]);
  const notify = async () => {
    await operator.query('SELECT pg_notify($1, $2)', [LOG_CHANNEL, randomUUID()]);
  };

  it('publishes each committed row once, also when notifications are forged while transactions are open', async () => {
    const publishesEachOnce = async (steps: readonly Step[]) => {
      published = [];
      const writers = await LogWriters.connect(database.url);
      try {
        for (const step of steps) await writers.run(step, notify);
        await writers.finish();
        const last = randomUUID();
        await insert(last);
        await notify();
        await waitFor(() => published.includes(last), { what: 'the last row', intervalMs: 5 });
        expect(sorted(published)).toEqual(sorted([...writers.committed, last]));
      } finally {
        await writers.close();
      }
    };
    await fc.assert(fc.asyncProperty(interleavings, publishesEachOnce), parameters(20));
  });

  it('reads nothing from its old position when the tables are replaced by those of a backup', async () => {
    const suspend = jest.spyOn(app.get(Standing), 'suspend');
    const foreign = randomUUID();
    // A server that has counted further wrote this row: no position of this server is behind it.
    await operator.query(`BEGIN; ${REPLACE_SESSIONS};
      INSERT INTO invalidations (xid, kind, user_id) VALUES ('9000000000', 'user.updated', '${foreign}'); COMMIT`);
    await notify();
    await waitFor(() => published.includes('log.skipped'), { what: 'the new history to be followed' });
    expect(suspend).toHaveBeenCalledWith('the database was replaced');
    const later = randomUUID();
    await insert(later);
    await notify();
    await waitFor(() => published.includes(later), { what: 'a row of the new history' });
    expect(published).toEqual(['log.skipped', later]);
  });
});

/** What a restored backup leaves: the same rows in another table. */
const REPLACE_SESSIONS = `
  ALTER TABLE sessions RENAME TO sessions_before;
  CREATE TABLE sessions (LIKE sessions_before INCLUDING ALL)`;

/** Follows the log page by page, as the application does. */
class PageReader {
  readonly userIds: string[] = [];

  constructor(
    private readonly client: pg.Client,
    private position: LogPosition,
  ) {}

  async read(): Promise<void> {
    const page = await readNewRows(this.client, this.position);
    const ids = page.rows!.map(({ id }) => Number(id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    this.userIds.push(...page.rows!.map(({ user_id: userId }) => userId));
    this.position = page.position;
  }
}
