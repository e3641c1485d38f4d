import { UserCacheService } from '../../src/cache/user-cache.service.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { AppInProcess } from './app-in-process.js';
import { Barrier } from './barrier.js';
import { logIn, register, verdictOf, type Member } from './accounts.js';
import { databaseOfSuite, redisOfSuite } from './app-suite.js';

/** A reader that was overtaken by a change must not write the old state into the cache (the "stale set" race). */
describe('a cache fill', () => {
  const database = databaseOfSuite();
  const redis = redisOfSuite();
  let slow: AppInProcess;
  let other: AppInProcess;

  beforeAll(async () => {
    const variables = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      JWT_SECRET: 'Zq3v9mK2pL8xT5wN1rB7cD4fG6hJ0sYu',
      // Longer than a request may be held here.
      DATABASE_TIMEOUT_MS: '20000',
      // A machine that stalls must not keep an entry from being written.
      CACHE_DEADLINE_MS: '5000',
      ADMIN_EMAIL: 'admin@example.org',
      ADMIN_PASSWORD: 'admin-Test1234',
    };
    slow = await AppInProcess.start(variables);
    other = await AppInProcess.start(variables);
    for (const app of [slow, other]) {
      await app.trusted();
    }
  });

  const exists = (key: string) => withRedis(redis.url, (connection) => connection.send('EXISTS', key));

  /** Lets the slow instance judge a token by a database read that is held after it was read. */
  async function hold(member: Member) {
    await slow.get(UserCacheService).evict([member.id]);
    const barrier = new Barrier();
    const cache = slow.get(UserCacheService);
    const load = cache.load.bind(cache);
    const held = jest.spyOn(cache, 'load').mockImplementationOnce((id, read) =>
      load(id, async () => {
        const user = await read();
        await barrier.wait();
        return user;
      }),
    );
    const answer = verdictOf(slow, member);
    await barrier.reached;
    held.mockRestore();
    await expect(exists(`{user:${member.id}}:lease`)).resolves.toBe(1);
    return { barrier, answer };
  }

  const CHANGES: [string, (member: Member) => Promise<unknown>][] = [
    ['a logout', ({ token }) => other.call('POST', '/api/v1/auth/logout', { token })],
    [
      'the end of all sessions',
      ({ token }) => other.call('DELETE', '/api/v1/sessions?include_current=true', { token }),
    ],
    ['a deactivation', async ({ id }) => asAdmin('PATCH', `/api/v1/users/${id}`, { is_active: false })],
    ['an end by an admin', async ({ id }) => asAdmin('DELETE', `/api/v1/users/${id}/sessions`)],
    ["the end of everybody's sessions", async () => asAdmin('POST', '/api/v1/sessions/end-everybody')],
  ];

  async function asAdmin(method: string, path: string, body?: object) {
    const admin = await logIn(other, { id: '', email: 'admin@example.org', password: 'admin-Test1234' });
    const { status } = await other.call(method, path, {
      token: admin.token,
      ...(body === undefined ? {} : { body }),
    });
    expect(status).toBeLessThan(300);
  }

  it.each(CHANGES)('that is overtaken by %s leaves no entry, and the token is refused', async (_, change) => {
    const member = await register(other);
    const { barrier, answer } = await hold(member);
    await change(member);
    barrier.release();
    // The request came before the change; the old state is the right answer to it, and to none after it.
    await expect(answer).resolves.toBe('student');
    await expect(exists(`user:${member.id}`)).resolves.toBe(0);
    await expect(verdictOf(slow, member)).resolves.toBe('revoked');
    await expect(verdictOf(other, member)).resolves.toBe('revoked');
  });

  it('that is overtaken by a change of the role leaves no entry with the old role', async () => {
    const member = await register(other);
    const { barrier, answer } = await hold(member);
    await asAdmin('PATCH', `/api/v1/users/${member.id}`, { role: 'admin' });
    barrier.release();
    await expect(answer).resolves.toBe('student');
    await expect(exists(`user:${member.id}`)).resolves.toBe(0);
    await expect(verdictOf(slow, member)).resolves.toBe('admin');
  });

  it('that is not overtaken by a change leaves an entry', async () => {
    const member = await register(other);
    const { barrier, answer } = await hold(member);
    barrier.release();
    await expect(answer).resolves.toBe('student');
    await expect(exists(`user:${member.id}`)).resolves.toBe(1);
    await expect(exists(`{user:${member.id}}:lease`)).resolves.toBe(0);
  });

  it('that is overtaken by the loss of all data in Redis leaves no entry', async () => {
    const member = await register(other);
    const { barrier, answer } = await hold(member);
    await redis.flush();
    barrier.release();
    await expect(answer).resolves.toBe('student');
    await expect(exists(`user:${member.id}`)).resolves.toBe(0);
  });

  it('that is overtaken by a change is not shared with a later request', async () => {
    const member = await register(other);
    const { barrier, answer } = await hold(member);
    await other.call('POST', '/api/v1/auth/logout', { token: member.token });
    const later = await logIn(other, member);
    const after = verdictOf(slow, later);
    barrier.release();
    await expect(answer).resolves.toBe('student');
    await expect(after).resolves.toBe('student');
    await expect(verdictOf(slow, member)).resolves.toBe('revoked');
  });
});
