import pg from 'pg';
import { LogRetentionService } from '../../src/log/log-retention.service.js';
import { readReplay } from '../../src/log/invalidation-log.js';
import { waitFor } from '../support/wait-for.js';
import { type Member, register } from './accounts.js';
import { endFollowers } from './follower-sessions.js';
import { appSuite, connectedClient } from './app-suite.js';

const WINDOW_SECONDS = 30 * 60 + 300;
/** More than are replayed. */
const TOO_MANY_ROWS = 50_001;

describe('positions in the invalidation log', () => {
  const { app, database } = appSuite();
  let operator: pg.Client;
  let member: Member;

  beforeAll(async () => {
    operator = await connected();
    member = await register(app);
    // Each test stores and removes by itself.
    await app.get(LogRetentionService).onApplicationShutdown();
  });
  beforeEach(async () => {
    await operator.query('DELETE FROM invalidations');
    await operator.query('DELETE FROM log_positions');
  });

  const connected = async () => {
    const client = await connectedClient(database.url);
    return client;
  };
  const store = () => app.get(LogRetentionService).storePosition();
  /** As if PostgreSQL's clock had gone on by as many seconds since, or had been set back by them. */
  const age = (seconds: number) =>
    operator.query('UPDATE log_positions SET at = at - make_interval(secs => $1)', [seconds]);
  const count = async () => {
    const { rows } = await operator.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM log_positions',
    );
    return rows[0]!.count;
  };
  const change = (client = operator) =>
    client.query(`UPDATE users SET full_name = full_name || '.' WHERE id = $1`, [member.id]);
  /** Makes a change, and waits until every transaction that began before it has ended: the server has other databases too. */
  const changeAndOutlast = async () => {
    await change();
    const hasOutlasted = async () => {
      const { rows } = await operator.query<{ is_past: boolean }>(
        'SELECT max(xid) < pg_snapshot_xmin(pg_current_snapshot()) AS is_past FROM invalidations',
      );
      return rows[0]!.is_past;
    };
    await waitFor(hasOutlasted, { what: 'the transactions before the change to end', timeoutMs: 60_000 });
  };
  const insert = (rows: number) =>
    operator.query(
      `INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', gen_random_uuid() FROM generate_series(1, $1)`,
      [rows],
    );
  const replay = () =>
    readReplay(async (text, values) => (await operator.query(text, values)).rows, WINDOW_SECONDS);

  it('let a replay find the changes of a transaction that was open when they were stored', async () => {
    const open = await connected();
    await open.query('BEGIN');
    await change(open);
    // A later transaction has ended, so the snapshot goes beyond the open one.
    await operator.query('SELECT pg_current_xact_id()');
    await store();
    await open.query('COMMIT');
    await open.end();
    await age(WINDOW_SECONDS + 60);
    await expect(replay()).resolves.toMatchObject({ floorMs: 0, userIds: [member.id] });
  });

  it('let a replay leave new users alone: no cache has an earlier entry of them', async () => {
    await store();
    const { id } = await register(app);
    await expect(operator.query('SELECT FROM invalidations WHERE user_id = $1', [id])).resolves.toMatchObject(
      { rowCount: 1 },
    );
    await expect(replay()).resolves.toMatchObject({ userIds: [] });
  });

  it('are stored once in ten seconds', async () => {
    await store();
    await store();
    await expect(count()).resolves.toBe(1);
    await age(9);
    await store();
    await expect(count()).resolves.toBe(2);
  });

  describe('after the clock of PostgreSQL was set back by a day', () => {
    beforeEach(async () => {
      await store();
      await age(-86_400);
    });

    it('are stored as before, so that rows are removed and replays are short', async () => {
      await changeAndOutlast();
      await store();
      await expect(count()).resolves.toBe(2);
      await operator.query('UPDATE log_positions SET at = at - make_interval(secs => $1) WHERE at <= now()', [
        WINDOW_SECONDS * 2 + 60,
      ]);
      await expect(replay()).resolves.toMatchObject({ floorMs: 0, userIds: [] });
      await expect(app.get(LogRetentionService).prune()).resolves.toBe(1);
    });

    it('let a replay that reaches the first of them accept no entry from before it', async () => {
      await changeAndOutlast();
      await store();
      const { rows } = await operator.query<{ first: number }>(
        'SELECT extract(epoch FROM max(at))::float8 * 1000 AS first FROM log_positions',
      );
      await expect(replay()).resolves.toMatchObject({ floorMs: rows[0]!.first, userIds: [member.id] });
    });

    it('let a replay of too many rows accept no entry from before the clock was set back', async () => {
      await insert(TOO_MANY_ROWS);
      const { floorMs, userIds } = await replay();
      expect(userIds).toEqual([]);
      expect(floorMs).toBeGreaterThan(Date.now() + 86_400_000);
    });
  });

  it('let a replay of too many rows accept entries from now on', async () => {
    await store();
    await insert(TOO_MANY_ROWS);
    const beforeMs = Date.now();
    const { floorMs } = await replay();
    expect(floorMs).toBeGreaterThanOrEqual(beforeMs);
    expect(floorMs).toBeLessThanOrEqual(Date.now());
  });

  it('are not preceded by rows of a restored backup, whose transactions are yet to come', async () => {
    await change();
    await operator.query(
      `INSERT INTO invalidations (kind, user_id, xid)
       SELECT 'user.updated', gen_random_uuid(), (pg_current_xact_id()::text::bigint + 1000000)::text::xid8`,
    );
    const users = async () =>
      (await operator.query<{ user_id: string }>('SELECT user_id FROM invalidations')).rows.map(
        ({ user_id }) => user_id,
      );
    await expect(users()).resolves.toHaveLength(2);
    await waitFor(() => endFollowers(database.url), { what: 'the follower to be ended' });
    await waitFor(async () => (await users()).length < 2, { what: 'the row to be removed' });
    await expect(users()).resolves.toEqual([member.id]);
  });
});
