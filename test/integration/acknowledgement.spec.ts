import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { ACCEPTANCE_MS } from '../../src/common/acceptance.js';
import { EvictionService } from '../../src/log/eviction.service.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { StallWatch } from '../support/stall-watch.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { getMe, logIn, type Member, register, verdictOf } from './accounts.js';
import { nextPolls } from './follower-sessions.js';

/** For a machine that others use too. */
const SCHEDULING_MS = 400;
const LIMIT_MS = 2000;

/** How long the work takes, and how much of that the machine did not stall. */
const timed = async (work: Promise<unknown>) => {
  const watch = new StallWatch();
  const beganAt = performance.now();
  await work;
  const tookMs = performance.now() - beganAt;
  const ranMs = tookMs - watch.stalledMs;
  watch.stop();
  return { tookMs, ranMs };
};

describe('a change that deletes a cache entry', () => {
  let database: TestDatabase;
  let redis: RedisServer;
  let app: AppInProcess;
  let member: Member;

  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), RedisServer.start()]);
    app = await AppInProcess.start({ DATABASE_URL: database.url, REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await app.stop();
    await redis.stop();
    await database.drop();
  });
  beforeEach(async () => {
    await app.trusted();
    member = await register(app);
    await expect(verdictOf(app, member)).resolves.toBe('student');
  });

  const logOut = async () => {
    await expect(app.call('POST', '/api/v1/auth/logout', member)).resolves.toMatchObject({ status: 200 });
  };

  it('is acknowledged at once when Redis deletes the entry', async () => {
    const { ranMs } = await timed(logOut());
    expect(ranMs).toBeLessThan(ACCEPTANCE_MS);
    await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
  });

  it('is acknowledged within 2 s, when no instance accepts the entry any more, while Redis rejects writes', async () => {
    await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
    const { tookMs, ranMs } = await timed(logOut());
    expect(tookMs).toBeGreaterThan(ACCEPTANCE_MS);
    expect(ranMs).toBeLessThan(LIMIT_MS + SCHEDULING_MS);
    expect(String(await redis.cli('GET', `user:${member.id}`))).toContain(member.sessionId);
    await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
    await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '0');
  });

  it('is acknowledged sooner when Redis accepts the deletion meanwhile', async () => {
    redis.freeze();
    const logout = timed(logOut());
    await waitFor(async () => (await app.call('GET', '/health')).body['status'] === 'degraded', {
      what: 'the loss to be noticed',
    });
    redis.thaw();
    const { ranMs } = await logout;
    expect(ranMs).toBeLessThan(ACCEPTANCE_MS);
    await expect(redis.cli('GET', `user:${member.id}`)).resolves.toBeNull();
  });

  it('does not leave the cache trusted while Redis refuses to write', async () => {
    await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await waitFor(async () => (await app.call('GET', '/health')).body['status'] === 'degraded', {
      what: 'the refusal to be noticed without a request',
      timeoutMs: 2000,
    });
    await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '0');
  });

  it('notifies every instance, which a login that ends no session does not', async () => {
    const listener = new pg.Client({ connectionString: database.url });
    await listener.connect();
    const notified: string[] = [];
    listener.on('notification', ({ channel }) => notified.push(channel));
    await listener.query('LISTEN ergodrive_invalidations');
    await logIn(app, member);
    await nextPolls(database.url);
    expect(notified).toEqual([]);
    await logOut();
    await waitFor(() => notified.length > 0, { what: 'the notification of the logout' });
    expect(notified).toHaveLength(1);
    await listener.end();
  });
});

describe('a change that each instance keeps in its own memory', () => {
  it('is acknowledged when no instance uses its memory any more without having read the log', async () => {
    const app = await AppInProcess.start({});
    const change = { kind: 'client.changed' as const, user_id: randomUUID(), session_id: null, reason: null };
    const { tookMs } = await timed(app.get(EvictionService).waitOutMemories([change]));
    expect(tookMs).toBeGreaterThan(ACCEPTANCE_MS);
    await app.stop();
  });
});
