import { randomUUID } from 'node:crypto';
import { CacheStatus } from '../../src/cache/cache-status.js';
import { ReplayService } from '../../src/log/replay.service.js';
import { Standing } from '../../src/standing/standing.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { sql } from '../support/postgres/sql.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { expectAnswer, getMe, logIn, type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

/** Longer than any instance accepts entries after a read of the log. */
const ACCEPTANCE_MS = 1000;
const SECRET = randomUUID() + randomUUID();
const REVOKED = '401 token_revoked';

describe('instances with different stores on one database', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let otherRedis: TestRedis;
  let apps: AppInProcess[];

  beforeAll(async () => {
    [database, redis, otherRedis] = await Promise.all([
      createTestDatabase(),
      createTestRedis(),
      createTestRedis(),
    ]);
  });

  beforeEach(() => (apps = []));
  afterEach(() => Promise.all(apps.map((app) => app.stop())));

  const start = async (store?: TestRedis) => {
    const app = await AppInProcess.start({
      DATABASE_URL: database.url,
      JWT_SECRET: SECRET,
      ...(store && { REDIS_URL: store.url }),
    });
    apps.push(app);
    return app;
  };
  const hasRival = (app: AppInProcess) => app.get(Standing).permit().reason.includes('another cache');
  const isTrusted = (app: AppInProcess) => app.get(CacheStatus).isAvailable;
  const isHealthy = async (app: AppInProcess) =>
    (await app.call('GET', '/health')).body['status'] === 'healthy';
  const stores = () => sql<{ store: string }>(database.url, 'SELECT store FROM instance_stores');

  async function logOut(app: AppInProcess, member: Member): Promise<number> {
    const beganAt = performance.now();
    await expectAnswer(app.call('POST', '/api/v1/auth/logout', { token: member.token }), 200);
    return performance.now() - beganAt;
  }

  it.each<[string, () => (TestRedis | undefined)[]]>([
    ['Redis and memory', () => [redis, undefined]],
    ['two Redis servers', () => [redis, otherRedis]],
    ['two memories', () => [undefined, undefined]],
  ])('trust none of them while both run, and the one that is left trusts its own: %s', async (_what, two) => {
    const [ownStore, otherStore] = two();
    const first = await start(ownStore);
    await first.trusted();
    const member = await register(first);
    expect(await getMe(first, member)).toBe('200');
    const second = await start(otherStore);
    const knows = (app: typeof first) =>
      !isTrusted(app) && app.get(CacheStatus).reason.includes('another cache');
    await waitFor(() => knows(first) && knows(second), { what: 'both to know of each other' });
    expect(await isHealthy(second)).toBe(false);
    expect(await getMe(second, member)).toBe('200');
    expect(await logOut(second, member)).toBeGreaterThan(ACCEPTANCE_MS);
    expect(await getMe(first, member)).toBe(REVOKED);
    await second.stop();
    apps = [first];
    await first.trusted();
    expect(await getMe(first, await logIn(first, member))).toBe('200');
  });

  it('make each change wait from the moment on in which the second one names its store', async () => {
    const first = await start(redis);
    await first.trusted();
    const member = await register(first);
    await sql(
      database.url,
      `INSERT INTO instance_stores (instance_id, store) VALUES (gen_random_uuid(), 'another')`,
    );
    expect(await logOut(first, member)).toBeGreaterThan(ACCEPTANCE_MS);
  });

  it('take clusters with one master in common for the same, as instances learn of a failover one after the other', async () => {
    const first = await start(redis);
    await first.trusted();
    const members = await Promise.all([register(first), register(first), register(first)]);
    await sql(
      database.url,
      `INSERT INTO instance_stores (instance_id, store)
       SELECT gen_random_uuid(), 'another,' || store FROM instance_stores WHERE store NOT LIKE '%another%'`,
    );
    const times = [];
    for (const member of members) times.push(await logOut(first, member));
    // A busy machine may delay one of them.
    expect(Math.min(...times)).toBeLessThan(ACCEPTANCE_MS);
    expect(hasRival(first)).toBe(false);
    // A pause of the machine ends the trust for a moment.
    await first.trusted();
  });

  it('name the store before the log is replayed, so that a change which saw no name is in the replay', async () => {
    const first = await start(redis);
    await first.trusted();
    const member = await register(first);
    const remembered: string[][] = [];
    jest.spyOn(ReplayService.prototype, 'replayFor').mockImplementation(async function (
      this: ReplayService,
      history,
    ) {
      remembered.push((await stores()).map(({ store }) => store));
      jest.restoreAllMocks();
      await this.replayFor(history);
    });
    const second = await start();
    expect(remembered).toHaveLength(1);
    expect(remembered[0]).toContainEqual(expect.stringMatching(/^memory:/));
    expect(await getMe(second, member)).toBe('200');
  });

  it('come back by a replay when the others took one for ended', async () => {
    const first = await start(redis);
    await first.trusted();
    const replay = jest.spyOn(ReplayService.prototype, 'replayFor');
    await sql(database.url, 'DELETE FROM instance_stores');
    await waitFor(async () => (await stores()).length === 1, { what: 'the store to be named again' });
    await first.trusted();
    expect(replay).toHaveBeenCalled();
    replay.mockRestore();
  });

  it('take an instance that was killed for ended, and trust their own stores again', async () => {
    const first = await start(redis);
    await sql(
      database.url,
      `INSERT INTO instance_stores (instance_id, store) VALUES (gen_random_uuid(), 'killed')`,
    );
    await waitFor(() => hasRival(first), { what: 'the other store to be noticed' });
    await first.trusted();
    expect(await stores()).toHaveLength(1);
  });

  it('leave no name behind when they stop', async () => {
    const first = await start(redis);
    expect(await stores()).toHaveLength(1);
    await first.stop();
    apps = [];
    expect(await stores()).toEqual([]);
  });
});
