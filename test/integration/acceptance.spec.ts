import { CACHE_STORE, type CacheStore } from '../../src/cache/cache-store.js';
import { Following } from '../../src/cache/following.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { AppInProcess } from './app-in-process.js';
import { register, verdictOf } from './accounts.js';

const { jest } = import.meta;

/** A process may be stalled after the cache has answered and before the answer is used. */
describe('an answer of the cache', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let app: AppInProcess;

  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    // A machine that stalls must not keep an entry from being written.
    const patient = { CACHE_DEADLINE_MS: '5000' };
    app = await AppInProcess.start({ DATABASE_URL: database.url, REDIS_URL: redis.url, ...patient });
    await app.trusted();
  });
  afterAll(async () => {
    await app.stop();
    await redis.stop();
    await database.drop();
  });

  afterEach(() => jest.restoreAllMocks());

  it('is not accepted when the cache was asked before the log was read', async () => {
    const member = await register(app);
    await expect(verdictOf(app, member)).resolves.toBe('student');
    const [store, following] = [app.get<CacheStore>(CACHE_STORE), app.get(Following)];
    const entry = await store.get(`user:${member.id}`);
    await app.query(`UPDATE users SET role = 'researcher' WHERE id = $1`, [member.id]);
    const history = following.history ?? '';
    jest.spyOn(store, 'get').mockImplementation(async (key) => {
      following.follow(history, performance.now());
      return key === `user:${member.id}` ? entry : undefined;
    });
    following.suspend('the connection is lost');
    await expect(verdictOf(app, member)).resolves.toBe('researcher');
    following.follow(history, performance.now());
  });

  it('is not accepted when it is used late and the log was not read meanwhile', async () => {
    const member = await register(app);
    await expect(verdictOf(app, member)).resolves.toBe('student');
    const store = app.get<CacheStore>(CACHE_STORE);
    const get = store.get.bind(store);
    jest.spyOn(store, 'get').mockImplementation(async (key) => {
      const entry = await get(key);
      if (key !== `user:${member.id}`) return entry;
      expect(entry).toBeDefined();
      // As a stall of the process does: the change is committed, and its entry stays.
      await app.query(`SET ergodrive.invalidation_log = 'off'`);
      await app.query(`UPDATE users SET role = 'researcher' WHERE id = $1`, [member.id]);
      app.get(Following).suspend('stalled');
      return entry;
    });
    await expect(verdictOf(app, member)).resolves.toBe('researcher');
    expect.assertions(5);
  });
});
