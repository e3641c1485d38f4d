import pg from 'pg';
import { CACHE_STORE, type CacheStore } from '../../src/cache/cache-store.js';
import { ACCEPTANCE_MS } from '../../src/common/acceptance.js';
import { Standing } from '../../src/standing/standing.js';
import { RedisServers } from '../../src/redis/redis-servers.js';
import { UserCacheService } from '../../src/cache/user-cache.service.js';
import { HotStatements } from '../../src/database/hot-statements.js';
import { EvictionService } from '../../src/log/eviction.service.js';
import { ReplayService } from '../../src/log/replay.service.js';
import { ChangeFeed } from '../../src/log/change-feed.js';
import { FollowerConnection } from '../../src/log/follower-connection.js';
import { ENDLESS } from '../support/endless-permit.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { Barrier } from './barrier.js';
import { entryOf, register, registerCached, verdictOf, type Member } from './accounts.js';
import { connectedClient, databaseOfSuite, redisOfSuite } from './app-suite.js';

/** A process may be stalled after the cache has answered and before the answer is used. */
describe('an answer of the cache', () => {
  const database = databaseOfSuite();
  const redis = redisOfSuite();
  let app: AppInProcess;
  let operator: pg.Client;
  /** How far the clocks of the process are ahead of those of the machine. */
  let aheadMs = 0;
  let barriers: Barrier[] = [];

  beforeAll(async () => {
    // A machine that stalls must not keep an entry from being written.
    const patient = { CACHE_DEADLINE_MS: '5000' };
    app = await AppInProcess.start({ DATABASE_URL: database.url, REDIS_URL: redis.url, ...patient });
    operator = await connectedClient(database.url);
    await app.trusted();
  });
  beforeEach(async () => {
    jest.restoreAllMocks();
    const clocks = { monotonic: performance.now.bind(performance), wall: Date.now };
    jest.spyOn(performance, 'now').mockImplementation(() => clocks.monotonic() + aheadMs);
    jest.spyOn(Date, 'now').mockImplementation(() => clocks.wall() + aheadMs);
    // A test may have ended the following of the log, which begins anew then.
    await waitFor(() => app.get(Standing).permit().mayWrite, { what: 'the log to be followed' });
  });
  afterEach(() => {
    for (const barrier of barriers) barrier.release();
    barriers = [];
  });

  /** As after a read of the log. */
  const follow = () => {
    const standing = app.get(Standing);
    standing.follow(standing.history ?? '', performance.now());
  };
  const promote = ({ id }: Member) =>
    operator.query(`UPDATE users SET role = 'researcher' WHERE id = $1`, [id]);
  /** Changes the role without a row in the log, so that only the time of an entry can help. */
  const promoteUnseen = async (member: Member) => {
    await operator.query(`SET ergodrive.invalidation_log = 'off'`);
    await promote(member);
    await operator.query('RESET ergodrive.invalidation_log');
  };
  /** A barrier that is released after the test at the latest. */
  const newBarrier = () => {
    const barrier = new Barrier();
    barriers.push(barrier);
    return barrier;
  };
  /** Holds the follower after its next pause, or after its next read of the log. */
  const holdFollowerAfter = (method: 'pause' | 'run'): Barrier => {
    const barrier = newBarrier();
    const original = FollowerConnection.prototype[method] as (...args: unknown[]) => Promise<unknown>;
    jest.spyOn(FollowerConnection.prototype, method).mockImplementationOnce(async function (
      this: FollowerConnection,
      ...args: unknown[]
    ) {
      const answer: unknown = await original.apply(this, args);
      await barrier.wait();
      return answer;
    });
    return barrier;
  };
  /** Lets the time pass for which a read of the log permits to accept entries. */
  const endAcceptance = () => {
    aheadMs += ACCEPTANCE_MS;
  };

  it('is not accepted when the cache was asked before the log was read', async () => {
    const member = await register(app);
    await expect(verdictOf(app, member)).resolves.toBe('student');
    const store = app.get<CacheStore>(CACHE_STORE);
    const entry = await store.get(`user:${member.id}`, ENDLESS);
    await holdFollowerAfter('pause').reached;
    await promote(member);
    jest.spyOn(store, 'get').mockImplementation(async (key) => {
      follow();
      return key === `user:${member.id}` ? entry : undefined;
    });
    app.get(Standing).suspend('the connection is lost');
    await expect(verdictOf(app, member)).resolves.toBe('researcher');
  });

  it('is not accepted when it is used late and the log was not read meanwhile', async () => {
    const member = await register(app);
    await expect(verdictOf(app, member)).resolves.toBe('student');
    const store = app.get<CacheStore>(CACHE_STORE);
    const get = store.get.bind(store);
    jest.spyOn(store, 'get').mockImplementation(async (key, permit) => {
      const entry = await get(key, permit);
      if (key !== `user:${member.id}`) return entry;
      expect(entry).toBeDefined();
      // As a stall of the process does: the change is committed, and its entry stays.
      await promoteUnseen(member);
      app.get(Standing).suspend('stalled');
      return entry;
    });
    await expect(verdictOf(app, member)).resolves.toBe('researcher');
    expect.assertions(5);
  });

  it('is not accepted when the last read of the log began too long ago, although its page was applied just now', async () => {
    const member = await registerCached(app);
    const page = holdFollowerAfter('run');
    await page.reached;
    const next = holdFollowerAfter('pause');
    // The page lacks this change, which is acknowledged now, although its entry stays.
    await promote(member);
    endAcceptance();
    page.release();
    await next.reached;
    await expect(verdictOf(app, member)).resolves.toBe('researcher');
  });

  it('is not accepted while the page that changes it is read and not yet applied', async () => {
    const member = await registerCached(app);
    const pause = holdFollowerAfter('pause');
    await pause.reached;
    await promote(member);
    endAcceptance();
    const applying = newBarrier();
    const evictions = app.get(EvictionService);
    const evict = evictions.evict.bind(evictions);
    jest.spyOn(evictions, 'evict').mockImplementationOnce(async (userIds) => {
      await applying.wait();
      return evict(userIds);
    });
    pause.release();
    await applying.reached;
    await expect(verdictOf(app, member)).resolves.toBe('researcher');
  });

  it('is not accepted when it was changed while the log was replayed on a new connection to Redis', async () => {
    const member = await registerCached(app);
    const [shard] = app.get(RedisServers).shards;
    const replayed = newBarrier();
    const remove = shard!.delete.bind(shard);
    jest.spyOn(shard!, 'delete').mockImplementationOnce(async (keys) => {
      await replayed.wait();
      return remove(keys);
    });
    app.get(RedisServers).drop('for the test');
    await replayed.reached;
    const applied: string[] = [];
    const subscription = app.get(ChangeFeed).subscribe((event) => {
      if (event.kind !== 'log.skipped') applied.push(event.user_id);
    });
    await promote(member);
    await waitFor(() => applied.includes(member.id), { what: 'the change to be applied' });
    subscription.unsubscribe();
    replayed.release();
    await app.trusted();
    await expect(verdictOf(app, member)).resolves.toBe('researcher');
  });

  it('is not accepted on a new connection to Redis when the log was lost while it was replayed', async () => {
    const [shard] = app.get(RedisServers).shards;
    jest.spyOn(shard!, 'delete').mockImplementationOnce(async () => {
      app.get(Standing).suspend('the connection is lost');
    });
    await expect(app.get(ReplayService).prepareRedis(shard!)).rejects.toThrow('the connection is lost');
  });

  it('is not accepted when its read began before a skipped part of the log and ended after that', async () => {
    const member = await register(app);
    await app.get(UserCacheService).evict([member.id]);
    jest.spyOn(app.get(HotStatements), 'read').mockImplementationOnce(async ({ text }, values) => {
      // As within one statement, what is read is of the moment when it began.
      const reader = await connectedClient(database.url);
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM users LIMIT 1');
      await promoteUnseen(member);
      const { rows: skipped } = await operator.query<{ ms: number }>(
        'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
      );
      app.get(Standing).raiseFloor(skipped[0]!.ms);
      // Times are rounded down to milliseconds.
      await reader.query('SELECT pg_sleep(0.01)');
      const { rows } = await reader.query(text, [...values]);
      await reader.end();
      follow();
      return { rows: rows as never, history: app.get(Standing).history };
    });
    follow();
    await expect(verdictOf(app, member)).resolves.toBe('student');
    await expect(entryOf(app, member)).resolves.toBeDefined();
    await expect(verdictOf(app, member)).resolves.toBe('researcher');
  });
});
