import { randomUUID } from 'node:crypto';
import { AttemptLimits } from '../../src/auth/attempt-limits.js';
import { CacheStatus } from '../../src/cache/cache-status.js';
import { ProblemError } from '../../src/http/problem.error.js';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { limitKey } from './limit-key.js';
import { databaseOfSuite } from './app-suite.js';

const INSTANCES = 3;
const LIMIT = 10;
const ADDRESS = '203.0.113.7';

describe('the limits of three instances', () => {
  const database = databaseOfSuite();
  let redis: TestRedis;
  let proxy: TcpProxy;
  let apps: AppInProcess[];

  beforeAll(async () => {
    redis = await createTestRedis();
    const { hostname, port } = new URL(redis.url);
    proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: proxy.through(redis.url),
      // A machine that stalls must not keep a guess from being counted in Redis too.
      CACHE_DEADLINE_MS: '1000',
      RATE_LIMIT_ENABLED: 'true',
      JWT_SECRET: randomUUID() + randomUUID(),
    };
    apps = await Promise.all(Array.from({ length: INSTANCES }, () => AppInProcess.start(env)));
  });
  beforeEach(() => up());

  const becomes = (state: 'trusted' | 'down') =>
    waitFor(() => Promise.resolve(apps.every((app) => app.get(CacheStatus).state === state)), {
      what: `every instance to find Redis ${state}`,
      timeoutMs: 20_000,
    });
  const up = async () => {
    await proxy.pass();
    await becomes('trusted');
  };
  const down = async () => {
    await proxy.cut();
    await becomes('down');
  };

  /** How many of these parallel guesses each instance makes. */
  async function guess(email: string, onEach = LIMIT): Promise<number> {
    const made = await Promise.all(
      apps.flatMap((app) =>
        Array.from({ length: onEach }, () =>
          app
            .get(AttemptLimits)
            .login({ email, ip: ADDRESS }, () => Promise.resolve({ isRight: false }))
            .then(() => true)
            .catch((error: unknown) => {
              if (error instanceof ProblemError && error.problem.status === 429) return false;
              throw error;
            }),
        ),
      ),
    );
    return made.filter(Boolean).length;
  }

  const ofNetwork = () => `ergodrive:limit:${limitKey(apps[0]!, 'login-network', ADDRESS)}`;
  const newEmail = () => `${randomUUID()}@example.org`;
  beforeEach(() => apps[0]!.query('DELETE FROM limit_counts'));
  beforeEach(() => redis.flush());

  it('let as many guesses through as the limits of one instance', async () => {
    await expect(guess(newEmail())).resolves.toBe(LIMIT);
  });

  it('let as many guesses through while Redis is down', async () => {
    await down();
    await expect(guess(newEmail())).resolves.toBe(LIMIT);
  });

  it('let as many guesses through while Redis goes down and comes back', async () => {
    const email = newEmail();
    let made = 0;
    for (let round = 0; round < 3; round++) {
      made += await guess(email, 1);
      await down();
      made += await guess(email, 1);
      await up();
    }
    expect(made).toBe(LIMIT);
  });

  it('let as many guesses through when Redis loses its keys', async () => {
    const email = newEmail();
    let made = await guess(email, 2);
    await redis.flush();
    made += await guess(email);
    expect(made).toBe(LIMIT);
  });

  it('let as many guesses through when PostgreSQL loses its counts, as after a crash', async () => {
    const email = newEmail();
    let made = await guess(email, 2);
    await apps[0]!.query('DELETE FROM limit_counts');
    made += await guess(email);
    expect(made).toBe(LIMIT);
  });

  it('refuse guesses that Redis has counted, without a statement on PostgreSQL', async () => {
    const email = newEmail();
    await guess(email);
    const before = await apps[0]!.query('SELECT key, count FROM limit_counts ORDER BY key');
    await apps[0]!.query('ALTER TABLE limit_counts RENAME TO hidden');
    // The count of the network is not reached, so PostgreSQL would be asked for it.
    await expect(
      withRedis(redis.url, (client) => client.send('SET', ofNetwork(), '100', 'EX', '900')),
    ).resolves.toBe('OK');
    await expect(guess(email)).resolves.toBe(0);
    await apps[0]!.query('ALTER TABLE hidden RENAME TO limit_counts');
    await expect(apps[0]!.query('SELECT key, count FROM limit_counts ORDER BY key')).resolves.toEqual(before);
  });

  it('take no account of a count in Redis that no window ends', async () => {
    for (const end of [[], ['EX', '901']]) {
      await withRedis(redis.url, (client) => client.send('SET', ofNetwork(), '100', ...end));
      await expect(guess(newEmail())).resolves.toBe(LIMIT);
    }
  });

  it('have keys in Redis with one prefix and an expiry, and show no address of an account and no IP address', async () => {
    const email = newEmail();
    await guess(email, 1);
    const keys = await withRedis(redis.url, async (client) => (await client.send('KEYS', '*')) as string[]);
    const limits = keys.filter((key) => !/^(ergodrive:(?!limit)|user:|\{user:|blacklist:)/.test(key));
    expect(limits).toHaveLength(3);
    for (const key of limits) {
      expect(key).toMatch(/^ergodrive:limit:(login-network|login-account-network|login-account):/);
      expect(key).not.toContain('@');
      expect(key).not.toContain(ADDRESS);
      const ttl = await withRedis(redis.url, (client) => client.send('TTL', key));
      expect(Number(ttl)).toBeGreaterThan(0);
    }
  });

  it('do not delay a login while Redis is frozen', async () => {
    const [app] = apps as [AppInProcess];
    const member = await register(app);
    await proxy.blackhole();
    const { status } = await app.call('POST', '/api/v1/auth/login/json', {
      body: { email: member.email, password: member.password },
    });
    expect(status).toBe(200);
    await expect(guess(member.email)).resolves.toBe(LIMIT);
  });
});
