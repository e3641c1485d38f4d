import { UserCacheService } from '../../src/cache/user-cache.service.js';
import { SERVICE_ACTOR } from '../../src/common/actor.js';
import { SessionsService } from '../../src/sessions/sessions.service.js';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { getMe, register, type Member } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { databaseOfSuite, redisOfSuite } from './app-suite.js';

/** What a request may wait for Redis in sum. */
const DEADLINE_MS = 2000;
/** Each answer of Redis takes this long, so the second one does not come in time. */
const ANSWER_MS = 1500;
/** A request that waits for two answers takes longer. */
const TWO_ANSWERS_MS = 2 * ANSWER_MS;

describe('a request, while each answer of Redis takes most of the deadline', () => {
  const database = databaseOfSuite();
  const redis = redisOfSuite();
  let proxy: TcpProxy;
  let app: AppInProcess;
  let member: Member;

  beforeAll(async () => {
    proxy = await TcpProxy.start({ port: Number(new URL(redis.url).port) });
    app = await AppInProcess.start({
      DATABASE_URL: database.url,
      DATABASE_TIMEOUT_MS: '20000',
      REDIS_URL: proxy.through(redis.url),
      CACHE_DEADLINE_MS: String(DEADLINE_MS),
      RATE_LIMIT_ENABLED: 'true',
    });
  });
  beforeEach(async () => {
    await proxy.pass();
    await app.trusted();
    member = await register(app);
    await app.get(UserCacheService).evict([member.id]);
  });

  /** The answer of a request that waited for Redis: a machine that stalls may keep an instance from asking the cache. */
  const waited = async <T>(request: () => Promise<T>): Promise<T> => {
    for (;;) {
      const beganAt = performance.now();
      const answer = await request();
      const tookMs = performance.now() - beganAt;
      expect(tookMs).toBeLessThan(TWO_ANSWERS_MS);
      if (tookMs > ANSWER_MS) return answer;
    }
  };
  const slowDown = () => proxy.delay(ANSWER_MS / 2);

  it('without an entry in the cache waits for one answer', async () => {
    await slowDown();
    await expect(waited(() => getMe(app, member))).resolves.toBe('200');
  });

  it('with a revoked token waits for one answer', async () => {
    await app
      .get(SessionsService)
      .revoke({ userId: member.id, id: member.sessionId }, 'logout', SERVICE_ACTOR);
    await slowDown();
    await expect(waited(() => getMe(app, member))).resolves.toBe('401 token_revoked');
  });

  it('to log in waits for one answer', async () => {
    await slowDown();
    const { email, password } = member;
    const login = () => app.call('POST', '/api/v1/auth/login/json', { body: { email, password } });
    await expect(waited(login)).resolves.toMatchObject({ status: 200 });
  });

  it('with a token and a limit waits for one answer', async () => {
    await slowDown();
    const body = { current_password: 'wrong-Test1234', new_password: 'next-Test1234' };
    const change = () => app.call('POST', '/api/v1/users/me/change-password', { token: member.token, body });
    await expect(waited(change)).resolves.toMatchObject({ status: 403, body: { code: 'wrong_password' } });
  });
});
