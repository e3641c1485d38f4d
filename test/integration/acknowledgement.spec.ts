import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { register, verdictOf, getMe, type Member } from './accounts.js';

/** For a machine that others use too: so long, and so many times as long as an acknowledgement without a fault. */
const SCHEDULING_MS = 400;
const SPREAD = 4;
const LIMIT_MS = 2000;
/** As long as an instance may accept an entry without having read the log. */
const ACCEPTANCE_MS = 1500;

describe('a change that deletes a cache entry', () => {
  let database: TestDatabase;
  let redis: RedisServer;
  let app: AppInProcess;
  let member: Member;
  let plainMs: number;

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

  const timed = async (work: Promise<unknown>) => {
    const beganAt = performance.now();
    await work;
    return performance.now() - beganAt;
  };
  const logOut = async () => {
    await expect(app.call('POST', '/api/v1/auth/logout', member)).resolves.toMatchObject({ status: 200 });
  };

  it('is acknowledged at once when Redis deletes the entry', async () => {
    plainMs = await timed(logOut());
    expect(plainMs).toBeLessThan(ACCEPTANCE_MS);
    await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
  });

  it('is acknowledged within 2 s, when no instance accepts the entry any more, while Redis rejects writes', async () => {
    await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
    const duration = await timed(logOut());
    expect(duration).toBeGreaterThan(ACCEPTANCE_MS);
    expect(duration).toBeLessThan(LIMIT_MS + SCHEDULING_MS + SPREAD * plainMs);
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
    expect(await logout).toBeLessThan(ACCEPTANCE_MS);
    await expect(redis.cli('GET', `user:${member.id}`)).resolves.toBeNull();
  });

  it('does not leave the cache trusted while Redis refuses to write', async () => {
    await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await waitFor(async () => (await app.call('GET', '/health')).body['status'] === 'degraded', {
      what: 'the refusal to be noticed without a request',
    });
    await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '0');
  });
});
