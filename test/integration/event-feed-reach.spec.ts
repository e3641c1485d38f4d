import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { decodeCursor, encodeCursor } from '../../src/events/feed-cursor.js';
import { LogRetentionService } from '../../src/log/log-retention.service.js';
import { LogPosition } from '../../src/log/log-position.js';
import { RecentLog } from '../../src/events/recent-log.js';
import { sql } from '../support/postgres/sql.js';
import type { FeedAnswer } from '../support/feed/feed-receiver.js';
import { waitFor } from '../support/wait-for.js';
import { FeedFixture } from './feed-fixture.js';
import { endFollowers } from './follower-sessions.js';

/** What one page of the log and the memory of an instance hold. */
const PAGE_ROWS = 10_000;
/** More than this is not read again. */
const BACKLOG_ROWS = 50_000;
/** Such an empty answer mostly ends with a reading of the log that began after the request. */
const HELD_BACK = { returnImmediately: false, waitMs: 300 };

describe('a receiver of the revocation feed that was away', () => {
  let feed: FeedFixture;

  beforeEach(async () => {
    feed = await FeedFixture.start();
  });
  afterEach(() => feed.stop());

  // Not on the application's connections: many rows may take longer than a request may.
  const insert = (count: number) =>
    sql(
      feed.database.url,
      `INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', gen_random_uuid() FROM generate_series(1, $1)`,
      [count],
    );
  /** Resolves when this instance has read the log from now on. */
  const beRead = async () => {
    const now = performance.now();
    await waitFor(() => (feed.app.get(RecentLog).reading?.beganAt ?? 0) > now, { what: 'a reading' });
  };
  /** Ends the follower's connection, and with it what the instance has in memory. */
  const forget = async () => {
    const base = feed.app.get(RecentLog).start;
    await endFollowers(feed.database.url);
    await waitFor(
      () => {
        const { start } = feed.app.get(RecentLog);
        return start !== undefined && start.position !== base?.position;
      },
      { what: 'a new connection' },
    );
  };

  it('gets events that the instance does not have in memory any more, in pages', async () => {
    const receiver = await feed.upToDate();
    await insert(2500);
    await forget();
    const first = await receiver.poll();
    expect(first).toMatchObject({ restarted: false, moreAvailable: true });
    expect(Object.keys(first.sets)).toHaveLength(1000);
    await receiver.drain();
    expect(receiver.jtis).toHaveLength(2500);
    expect(new Set(receiver.jtis).size).toBe(2500);
    expect(receiver.restarts).toBe(1);
  });

  it('gets rows of a transaction that was open all the time', async () => {
    const open = new pg.Client({ connectionString: feed.database.url });
    await open.connect();
    await open.query('BEGIN');
    await open.query(
      `INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', gen_random_uuid() FROM generate_series(1, 1200)`,
    );
    const receiver = await feed.upToDate();
    await insert(1200);
    await receiver.poll({ maxEvents: 1, waitMs: 5000 });
    await open.query('COMMIT');
    await open.end();
    await forget();
    await receiver.drain();
    expect(new Set(receiver.jtis).size).toBe(2400);
    expect(receiver.restarts).toBe(1);
  });

  it('gets more rows than the follower reads at once', async () => {
    const receiver = await feed.upToDate();
    await insert(PAGE_ROWS + 1);
    await beRead();
    await receiver.drain();
    expect(new Set(receiver.jtis).size).toBe(PAGE_ROWS + 1);
    expect(receiver.restarts).toBe(1);
  });

  it('begins anew after more rows than an instance reads again', async () => {
    const receiver = await feed.upToDate();
    const { covered_from: before } = await receiver.poll();
    await insert(BACKLOG_ROWS + 1);
    await beRead();
    const answer = await receiver.poll();
    expect(answer).toMatchObject({ restarted: true, moreAvailable: false, sets: {} });
    expect(answer.covered_from).toBeGreaterThan(before);
    await insert(1);
    await receiver.receive(1);
    expect(receiver.restarts).toBe(2);
  });

  it('begins anew when rows after its position may have been removed', async () => {
    const receiver = await feed.upToDate();
    await insert(3);
    await beRead();
    // A transaction of another suite on the same server keeps the horizon before its begin, and all rows since.
    const isBelowHorizon = () =>
      sql<{ is: boolean }>(
        feed.database.url,
        `SELECT NOT EXISTS (SELECT FROM invalidations WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())) AS is`,
      ).then(([row]) => row?.is);
    await waitFor(isBelowHorizon, { what: 'older transactions to end', timeoutMs: 30_000 });
    const age = (seconds: number) =>
      feed.app.query(`UPDATE log_positions SET at = at - make_interval(secs => $1)`, [seconds]);
    await age(100_000);
    await feed.app.get(LogRetentionService).storePosition();
    await age(50_000);
    await feed.app.get(LogRetentionService).storePosition();
    await expect(feed.app.get(LogRetentionService).prune()).resolves.toBeGreaterThan(0);
    await expect(feed.poll({ cursor: receiver.cursor })).resolves.toMatchObject({
      body: { restarted: false },
    });
    await forget();
    await expect(receiver.poll()).resolves.toMatchObject({ restarted: true, sets: {} });
  });

  it('begins anew when its cursor is of another history or of a position that was never reached', async () => {
    const receiver = await feed.upToDate();
    const cursor = decodeCursor(receiver.cursor)!;
    const foreign = encodeCursor({ ...cursor, history: '0123456789ab' });
    await expect(feed.poll({ cursor: foreign })).resolves.toMatchObject({ body: { restarted: true } });
    const position = new LogPosition(String(BigInt(cursor.position.next) + 1000n), []);
    const ahead = encodeCursor({ ...cursor, position });
    await expect(feed.poll({ cursor: ahead })).resolves.toMatchObject({ body: { restarted: true } });
  });

  it('begins one access token lifetime back, with everything committed since then', async () => {
    await insert(2);
    await beRead();
    await feed.app.query(`UPDATE log_positions SET at = at - interval '40 minutes'`);
    const receiver = feed.receiver();
    const answer = await receiver.drain();
    expect(receiver.jtis.length).toBeGreaterThanOrEqual(2);
    const [{ now }] = (await feed.app.query('SELECT extract(epoch FROM now())::float8 AS now')) as [
      { now: number },
    ];
    expect(answer.covered_from).toBeLessThan(now - 30 * 60);
  });
});

describe('a receiver without cursors', () => {
  let feed: FeedFixture;

  beforeAll(async () => {
    feed = await FeedFixture.start(2);
    await feed.poll({ returnImmediately: true });
  });
  afterAll(() => feed.stop());
  beforeEach(async () => {
    for (;;) {
      const { sets, complete_to_ms } = await poll({ ack: await outstanding(), ...HELD_BACK });
      if (Object.keys(sets).length === 0 && complete_to_ms >= 0) return;
    }
  });

  const insert = async (count: number): Promise<void> => {
    await feed.app.query(
      `INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', gen_random_uuid() FROM generate_series(1, $1)`,
      [count],
    );
  };
  const poll = async (body: object, instance = 0) => {
    const answer = await feed.poll({ returnImmediately: true, ...body }, feed.client, instance);
    expect(answer.status).toBe(200);
    return answer.body as unknown as FeedAnswer;
  };
  const jtisOf = async (body: object, instance?: number) => Object.keys((await poll(body, instance)).sets);
  const outstanding = async (): Promise<string[]> => {
    const rows = (await feed.app.query('SELECT outstanding FROM event_streams')) as {
      outstanding: string[];
    }[];
    return rows[0]!.outstanding;
  };

  it('gets again what it has not acknowledged, on each instance, and then what follows', async () => {
    await insert(3);
    const sent = await jtisOf({ returnImmediately: false });
    expect(sent).toHaveLength(3);
    await insert(1);
    await expect(jtisOf({}, 1)).resolves.toEqual(sent);
    await expect(jtisOf({ ack: [sent[1]] })).resolves.toEqual([sent[0], sent[2]]);
    await expect(jtisOf({ ack: [sent[0], 'unknown'], maxEvents: 5 })).resolves.toEqual([sent[2]]);
    const next = await jtisOf({ ack: [sent[2]], returnImmediately: false });
    expect(next).toHaveLength(1);
    expect(sent).not.toContain(next[0]);
    await expect(jtisOf({ ack: next })).resolves.toEqual([]);
  });

  it('does not get an event again that it reported as an error', async () => {
    await insert(1);
    const [jti = ''] = await jtisOf({ returnImmediately: false });
    const setErrs = { [jti]: { err: 'authentication_failed', description: 'no such key' } };
    await expect(jtisOf({ setErrs })).resolves.toEqual([]);
  });

  it('can acknowledge events without getting more', async () => {
    await insert(2);
    const sent = await jtisOf({ returnImmediately: false });
    await insert(1);
    await expect(jtisOf({ ack: sent, maxEvents: 0 })).resolves.toEqual([]);
    await expect(outstanding()).resolves.toEqual([]);
    await expect(jtisOf({ returnImmediately: false })).resolves.toHaveLength(1);
  });

  it('keeps its position when another process polls with a cursor', async () => {
    await insert(2);
    const sent = await jtisOf({ returnImmediately: false });
    await feed.poll({ cursor: '', ack: sent });
    await expect(jtisOf({})).resolves.toEqual(sent);
  });

  it('begins anew when what it has not acknowledged is gone', async () => {
    await insert(1);
    const [jti] = await jtisOf({ returnImmediately: false });
    await feed.app.query('UPDATE event_streams SET outstanding = $1', [[`${jti!.split('-')[0]}-1234567`]]);
    await expect(poll({})).resolves.toMatchObject({ restarted: true });
  });

  it('has a separate position for each client', async () => {
    await insert(1);
    await jtisOf({ returnImmediately: false });
    const other = { id: randomUUID(), secret: 'x' };
    await expect(feed.poll({}, other)).resolves.toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    const rows = (await feed.app.query('SELECT client_id FROM event_streams')) as unknown[];
    expect(rows).toEqual([{ client_id: feed.client.id }]);
  });
});
