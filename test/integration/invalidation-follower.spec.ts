import pg from 'pg';
import { CACHE_STORE, type CacheStore } from '../../src/cache/cache-store.js';
import { ChangeFeed } from '../../src/log/change-feed.js';
import { Standing } from '../../src/standing/standing.js';
import { FollowerConnection } from '../../src/log/follower-connection.js';
import { MAX_PAGE_ROWS } from '../../src/log/invalidation-log.js';
import { databaseUrl, sql } from '../support/postgres/sql.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { getMe, register, registerCached } from './accounts.js';
import { endFollowers, nextPolls } from './follower-sessions.js';
import { connectedClient, databaseOfSuite, redisOfSuite } from './app-suite.js';

describe('the follower of the invalidation log', () => {
  const database = databaseOfSuite();
  const redis = redisOfSuite();
  let app: AppInProcess;
  let operator: pg.Client;
  let applied: string[];

  beforeAll(async () => {
    // A machine that stalls must not keep an entry from being written or deleted.
    const patient = { CACHE_DEADLINE_MS: '5000' };
    app = await AppInProcess.start({ DATABASE_URL: database.url, REDIS_URL: redis.url, ...patient });
    operator = await connected();
    app.get(ChangeFeed).subscribe((event) => {
      if (event.kind === 'log.skipped') applied.push(event.kind);
      // What happens to a session and changes no verdict, such as its login, has no reason and leaves entries as they are.
      else if ('reason' in event) applied.push(event.user_id);
    });
    await app.trusted();
  });
  beforeEach(() => {
    applied = [];
    jest.restoreAllMocks();
  });

  const connected = async () => {
    const client = await connectedClient(database.url);
    return client;
  };
  const promote = (client: pg.Client, { id }: { id: string }) =>
    client.query(`UPDATE users SET role = 'researcher' WHERE id = $1`, [id]);
  /** Changes the role without a row in the log, so that only the state of the instance can help. */
  const promoteUnseen = async ({ id }: { id: string }) => {
    await operator.query(`SET ergodrive.invalidation_log = 'off'`);
    await promote(operator, { id });
    await operator.query('RESET ergodrive.invalidation_log');
  };
  /** Whether Redis has the entry, whatever the instance may accept at this moment. */
  const cached = ({ id }: { id: string }) =>
    withRedis(redis.url, async (connection) => (await connection.send('EXISTS', `user:${id}`)) === 1);
  const toBeApplied = ({ id }: { id: string }) =>
    waitFor(() => applied.includes(id), { what: 'the change to be applied', intervalMs: 5 });

  it('applies a change that an operator makes by hand', async () => {
    const member = await registerCached(app);
    await operator.query(`UPDATE users SET full_name = 'By Hand' WHERE id = $1`, [member.id]);
    await toBeApplied(member);
    await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({
      body: { full_name: 'By Hand' },
    });
  });

  it('refuses the tokens of a session and of a user that an operator deletes', async () => {
    const [one, other] = [await register(app), await register(app)];
    await operator.query('DELETE FROM sessions WHERE id = $1', [one.sessionId]);
    await operator.query('DELETE FROM users WHERE id = $1', [other.id]);
    await Promise.all([toBeApplied(one), toBeApplied(other)]);
    await expect(getMe(app, one)).resolves.toBe('401 token_revoked');
    await expect(getMe(app, other)).resolves.toBe('401 token_revoked');
  });

  it('applies rows that are committed in another order than they were written', async () => {
    const [early, late] = [await registerCached(app), await register(app)];
    const [first, second] = [await connected(), await connected()];
    await first.query('BEGIN');
    await promote(first, early);
    await promote(second, late);
    await toBeApplied(late);
    await nextPolls(database.url);
    expect(applied).not.toContain(early.id);
    await expect(cached(early)).resolves.toBe(true);
    await first.query('COMMIT');
    await toBeApplied(early);
    await expect(cached(early)).resolves.toBe(false);
    await Promise.all([first.end(), second.end()]);
  });

  it('applies each row once, however many notifications there are', async () => {
    const member = await register(app);
    await promote(operator, member);
    for (let count = 0; count < 50; count += 1)
      await operator.query(`SELECT pg_notify('ergodrive_invalidations', $1)`, [`${member.id} ${count}`]);
    await toBeApplied(member);
    await nextPolls(database.url);
    expect(applied.filter((id) => id === member.id)).toHaveLength(1);
  });

  it('applies a change within a second while a writing transaction stays open', async () => {
    const [early, late] = [await register(app), await register(app)];
    const open = await connected();
    await open.query('BEGIN');
    await promote(open, early);
    await nextPolls(database.url);
    await promote(operator, late);
    await waitFor(() => applied.includes(late.id), { what: 'the later change', timeoutMs: 2000 });
    await nextPolls(database.url);
    expect(applied.filter((id) => id === late.id)).toHaveLength(1);
    await open.query('COMMIT');
    await toBeApplied(early);
    await open.end();
  });

  it('skips more rows than it may read at once, and accepts no cache entry from before these rows', async () => {
    const member = await registerCached(app);
    await operator.query(
      `INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', gen_random_uuid() FROM generate_series(1, $1)`,
      [MAX_PAGE_ROWS],
    );
    // The last row of the transaction concerns a user; it is not read.
    await operator.query(
      `WITH bulk AS (
         INSERT INTO invalidations (kind, user_id) SELECT 'user.updated', gen_random_uuid() FROM generate_series(1, $1))
       UPDATE users SET full_name = 'By Bulk' WHERE id = $2`,
      [MAX_PAGE_ROWS, member.id],
    );
    await waitFor(() => applied.includes('log.skipped'), { what: 'the rows to be skipped' });
    expect(applied).not.toContain(member.id);
    await expect(cached(member)).resolves.toBe(true);
    await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({
      body: { full_name: 'By Bulk' },
    });
    await promote(operator, member);
    await toBeApplied(member);
  });

  it('replays what was committed while its connection was lost, also by a transaction that began long before', async () => {
    const [early, between] = [await registerCached(app), await registerCached(app)];
    const first = await connected();
    await first.query('BEGIN');
    await promote(first, early);
    await first.query(`UPDATE invalidations SET created_at = now() - interval '2 hours' WHERE user_id = $1`, [
      early.id,
    ]);
    await nextPolls(database.url);
    await withoutFollower(async () => {
      await first.query('COMMIT');
      await promote(operator, between);
      await expect(cached(between)).resolves.toBe(true);
    });
    await expect(cached(early)).resolves.toBe(false);
    await expect(cached(between)).resolves.toBe(false);
    expect(applied).toContain('log.skipped');
    await first.end();
  });

  it('accepts and writes no entry while its connection is lost and PostgreSQL answers', async () => {
    const [known, unknown] = [await registerCached(app), await register(app)];
    await operator.query(`DELETE FROM log_positions`);
    await withoutFollower(async () => {
      await promoteUnseen(known);
      await expect(cached(known)).resolves.toBe(true);
      await expect(app.call('GET', '/api/v1/users/me', known)).resolves.toMatchObject({
        body: { role: 'researcher' },
      });
      await app.get<CacheStore>(CACHE_STORE).delete([`user:${unknown.id}`]);
      await expect(getMe(app, unknown)).resolves.toBe('200');
      await expect(cached(unknown)).resolves.toBe(false);
    });
    // Without a position as old as an entry may be, entries from before the oldest one are not accepted.
    await expect(app.call('GET', '/api/v1/users/me', known)).resolves.toMatchObject({
      body: { role: 'researcher' },
    });
  });

  it('does not take a lost connection for an unreachable PostgreSQL', async () => {
    const lose = jest.spyOn(app.get(Standing), 'lose');
    await withoutFollower(async () => undefined);
    const suspend = jest.spyOn(app.get(Standing), 'suspend');
    const { run } = FollowerConnection.prototype;
    let runs = 0;
    const lost = () => Promise.reject(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    // The next read of the log, and the first statement after a new connection was opened.
    jest.spyOn(FollowerConnection.prototype, 'run').mockImplementation(function (
      this: FollowerConnection,
      work,
    ) {
      return [1, 3].includes((runs += 1)) ? lost() : run.call(this, work);
    });
    await waitFor(() => suspend.mock.calls.length > 1, { what: 'both losses to be noticed' });
    await waitFor(() => app.get(Standing).state === 'following', { what: 'the follower to come back' });
    expect(lose).not.toHaveBeenCalled();
  });

  it('does not take a connection that was ended while it began for an unreachable PostgreSQL', async () => {
    const lose = jest.spyOn(app.get(Standing), 'lose');
    await operator.query('BEGIN; LOCK TABLE invalidations IN ACCESS EXCLUSIVE MODE');
    await endFollowers(database.url);
    await waitFor(() => endFollowers(database.url, `wait_event_type = 'Lock' AND query LIKE '%DELETE%'`), {
      what: 'a connection that waits for the lock',
      intervalMs: 5,
    });
    await operator.query('ROLLBACK');
    await waitFor(() => app.get(Standing).state === 'following', { what: 'the follower to come back' });
    // A machine that stalls may add "no answer".
    expect(lose).not.toHaveBeenCalledWith(expect.stringContaining('terminating'));
  });

  it('reports in the health whether it follows the log', async () => {
    await withoutFollower(async () => {
      await expect(app.call('GET', '/health')).resolves.toMatchObject({
        body: { database: { status: 'connected', following_log: false } },
      });
    });
    await expect(app.call('GET', '/health')).resolves.toMatchObject({
      body: { database: { following_log: true } },
    });
  });

  /** Ends the follower's connection and lets nobody connect while `meanwhile` runs. */
  async function withoutFollower(meanwhile: () => Promise<void>): Promise<void> {
    const name = new URL(database.url).pathname.slice(1);
    const server = databaseUrl(database.url, 'postgres');
    await sql(server, `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    try {
      await endFollowers(database.url);
      await waitFor(() => app.get(Standing).state === 'suspended', { what: 'the loss to be noticed' });
      await meanwhile();
    } finally {
      await sql(server, `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    }
    await waitFor(() => app.get(Standing).state === 'following', { what: 'the follower to come back' });
  }
});
