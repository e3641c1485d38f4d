import pg from 'pg';
import { CacheInvalidationService } from '../../src/cache/cache-invalidation.service.js';
import { CACHE_STORE, type CacheStore } from '../../src/cache/cache-store.js';
import { InvalidationFeed } from '../../src/cache/invalidation.js';
import { InvalidationFollower } from '../../src/cache/invalidation-follower.js';
import { get } from '../contracts/get.js';
import { sql } from '../support/sql.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestRedis, type TestRedis } from '../support/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { join, me } from './members.js';

const WINDOW_SECONDS = 30 * 60 + 300;

describe('the follower of the invalidation log', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let app: AppInProcess;
  let operator: pg.Client;
  let heard: string[];

  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    app = await AppInProcess.start({ DATABASE_URL: database.url, REDIS_URL: redis.url });
    operator = await connected();
    app.get(InvalidationFeed).subscribe(({ user_id }) => heard.push(user_id));
    await waitFor(async () => (await app.call('GET', '/health')).body['status'] === 'healthy', {
      what: 'the cache to be trusted',
    });
  });
  beforeEach(() => {
    heard = [];
  });
  afterAll(async () => {
    await operator.end();
    await app.stop();
    await redis.stop();
    await database.drop();
  });

  const connected = async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    return client;
  };
  const promote = (client: pg.Client, { id }: { id: string }) =>
    client.query(`UPDATE users SET role = 'researcher' WHERE id = $1`, [id]);
  const cached = async ({ id }: { id: string }) =>
    (await get(app.get<CacheStore>(CACHE_STORE), `user:${id}`)) !== undefined;
  const toHear = ({ id }: { id: string }) =>
    waitFor(() => heard.includes(id), { what: 'the change to be heard', intervalMs: 5 });
  const follower = () =>
    sql<{ pid: number; polled_at: Date }>(
      database.url,
      `SELECT pid, query_start AS polled_at FROM pg_stat_activity
       WHERE application_name LIKE '%follower' AND datname = current_database()`,
    );
  /** Resolves after the follower has asked the database again, from beginning to end. */
  const nextPolls = async () => {
    const [before] = await follower();
    await waitFor(
      async () => {
        const [now] = await follower();
        return now && before && now.polled_at.getTime() > before.polled_at.getTime() + 1500;
      },
      { what: 'two more polls' },
    );
  };

  it('applies a change that an operator makes by hand', async () => {
    const member = await join(app);
    await expect(me(app, member)).resolves.toBe('200');
    await expect(cached(member)).resolves.toBe(true);
    await operator.query(`UPDATE users SET full_name = 'By Hand' WHERE id = $1`, [member.id]);
    await toHear(member);
    await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({
      body: { full_name: 'By Hand' },
    });
  });

  it('refuses the token of a session that an operator deletes, and of a user', async () => {
    const [one, other] = [await join(app), await join(app)];
    await operator.query('DELETE FROM sessions WHERE id = $1', [one.sessionId]);
    await operator.query('DELETE FROM users WHERE id = $1', [other.id]);
    await Promise.all([toHear(one), toHear(other)]);
    await expect(me(app, one)).resolves.toBe('401 token_revoked');
    await expect(me(app, other)).resolves.toBe('401 token_revoked');
  });

  it('hears rows that are committed in another order than they were written', async () => {
    const [early, late] = [await join(app), await join(app)];
    const [first, second] = [await connected(), await connected()];
    await first.query('BEGIN');
    await promote(first, early);
    await promote(second, late);
    await toHear(late);
    await nextPolls();
    expect(heard).not.toContain(early.id);
    await expect(cached(early)).resolves.toBe(true);
    await first.query('COMMIT');
    await toHear(early);
    await expect(cached(early)).resolves.toBe(false);
    await Promise.all([first.end(), second.end()]);
  });

  describe('whatever somebody else notifies', () => {
    const forge = (change: object) =>
      operator.query(`SELECT pg_notify('ergodrive_invalidations', $1)`, [JSON.stringify(change)]);

    it('hears rows whose numbers were used up before', async () => {
      const [member, other] = [await join(app), await join(app)];
      const { rows } = await operator.query<{ last: string }>(
        'SELECT coalesce(max(id), 0) AS last FROM invalidations',
      );
      const last = Number(rows[0]?.last);
      for (let id = last + 1; id <= last + 50; id += 1) {
        const place = { id: String(id), xid: '999999999999', at: 1 };
        await forge({ ...place, kind: 'user.updated', user_id: other.id, session_id: null, reason: null });
      }
      await toHear(other);
      await expect(me(app, member)).resolves.toBe('200');
      await promote(operator, member);
      await toHear(member);
      await expect(cached(member)).resolves.toBe(false);
    });

    it('applies a row again that was told, word for word, before its commit', async () => {
      const member = await join(app);
      const changing = await connected();
      await changing.query('BEGIN');
      await promote(changing, member);
      const { rows } = await changing.query<object>(
        `SELECT id::text, xid::text, 1 AS at, kind, user_id, session_id, reason FROM invalidations WHERE user_id = $1`,
        [member.id],
      );
      await forge(rows[0] ?? {});
      await toHear(member);
      // Reads, and caches, what still holds.
      await expect(me(app, member)).resolves.toBe('200');
      await expect(cached(member)).resolves.toBe(true);
      await changing.query('COMMIT');
      await waitFor(async () => !(await cached(member)), { what: 'the entry to go', timeoutMs: 5000 });
      await changing.end();
    });

    it('tells of a change once', async () => {
      const member = await join(app);
      await promote(operator, member);
      await toHear(member);
      await nextPolls();
      expect(heard.filter((id) => id === member.id)).toHaveLength(1);
    });
  });

  it('misses none of them while its connection is lost', async () => {
    const [early, late, between] = [await join(app), await join(app), await join(app)];
    const [first, second] = [await connected(), await connected()];
    await first.query('BEGIN');
    await promote(first, early);
    await promote(second, late);
    await toHear(late);
    await nextPolls();
    await withoutFollower(async () => {
      await first.query('COMMIT');
      await promote(second, between);
      expect(heard).not.toContain(early.id);
    });
    await Promise.all([toHear(early), toHear(between)]);
    await expect(cached(early)).resolves.toBe(false);
    await expect(cached(between)).resolves.toBe(false);
    await Promise.all([first.end(), second.end()]);
  });

  it('says in its health whether it follows', async () => {
    await withoutFollower(async () => {
      await expect(app.call('GET', '/health')).resolves.toMatchObject({
        body: { database: { status: 'connected', following_log: false } },
      });
    });
    await expect(app.call('GET', '/health')).resolves.toMatchObject({
      body: { database: { following_log: true } },
    });
  });

  it('prunes what no replay needs, and nothing else', async () => {
    const write = (age: number) =>
      operator.query(
        `INSERT INTO invalidations (kind, user_id, created_at)
         SELECT 'user.updated', gen_random_uuid(), now() - make_interval(secs => $1)`,
        [age],
      );
    const ages = async () => {
      const { rows } = await operator.query<{ old: number; needed: number }>(
        `SELECT count(*) FILTER (WHERE created_at < now() - make_interval(secs => $1))::int AS old,
                count(*) FILTER (WHERE created_at BETWEEN now() - make_interval(secs => $1) AND now() - interval '10 min')::int AS needed
         FROM invalidations`,
        [WINDOW_SECONDS * 2],
      );
      return rows[0];
    };
    for (const age of [WINDOW_SECONDS * 3, WINDOW_SECONDS * 2 + 60, WINDOW_SECONDS, 1000]) await write(age);
    await expect(ages()).resolves.toEqual({ old: 2, needed: 2 });
    await app.get(CacheInvalidationService).prune();
    await expect(ages()).resolves.toEqual({ old: 0, needed: 2 });
  });

  /** Ends the follower's connection and lets nobody connect while `meanwhile` runs. */
  async function withoutFollower(meanwhile: () => Promise<void>): Promise<void> {
    const name = new URL(database.url).pathname.slice(1);
    const admin = new URL(database.url);
    admin.pathname = '/postgres';
    const [connection] = await follower();
    await sql(admin.href, `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    try {
      await sql(admin.href, 'SELECT pg_terminate_backend($1)', [connection?.pid]);
      await waitFor(() => !app.get(InvalidationFollower).isConnected, { what: 'the loss to be noticed' });
      await meanwhile();
    } finally {
      await sql(admin.href, `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    }
    await waitFor(() => app.get(InvalidationFollower).isConnected, { what: 'the follower to come back' });
  }
});
