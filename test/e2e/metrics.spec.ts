import { randomUUID } from 'node:crypto';
import { basic } from '../support/app/oauth-client.js';
import type { ApiClient } from '../support/app/api-client.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { sampleOf } from './support/metric-sample.js';
import { beforeSuite, Deployment, PASSWORD } from './support/suite.js';

const WAIT = { timeoutMs: 30_000 };

/** What an operator sees of one instance. */
describe('metrics', () => {
  let client: ApiClient;

  const redis = beforeSuite(() => RedisServer.start());
  const keys = beforeSuite(() => SigningKeysFile.create());
  const deployment = beforeSuite(() =>
    Deployment.start({
      redisUrl: redis.url,
      instances: [{ RATE_LIMIT_ENABLED: 'true', SIGNING_KEYS_FILE: keys.path }],
    }),
  );
  beforeAll(async () => {
    await deployment.trusted(30_000);
    client = deployment.client();
  });

  const scrape = async () => (await client.get<string>('/metrics')).body;
  const valueOf = (sample: string) => sampleOf(client, sample);
  const growth = async (sample: string, work: () => Promise<unknown>): Promise<number> => {
    const before = (await valueOf(sample)) ?? 0;
    await work();
    return ((await valueOf(sample)) ?? 0) - before;
  };
  const logIn = (email: string, password: string) =>
    client.post('/api/v1/auth/login/json', { email, password });

  it('count requests by the template of their route', async () => {
    const requests = async () => {
      const admin = await deployment.admin();
      for (let count = 0; count < 3; count += 1) await admin.get(`/api/v1/users/${randomUUID()}`);
    };
    const route = 'method="GET",route="/api/v1/users/:id",status="4xx"';
    await expect(growth(`ergodrive_http_request_duration_seconds_count{${route}}`, requests)).resolves.toBe(
      3,
    );
  });

  it('have no value that a client has chosen', async () => {
    const name = `chosen${randomUUID()}`;
    await client.get(`/${name}`);
    await client.get(`/api/v1/users/${name}`);
    await logIn(`${name}@example.org`, name);
    expect(await scrape()).not.toContain(name);
  });

  it('count logins by how they ended', async () => {
    const { email } = await deployment.accounts().signUp();
    const logins = (result: string) => `ergodrive_logins_total{result="${result}"}`;
    await expect(growth(logins('succeeded'), () => logIn(email, PASSWORD))).resolves.toBe(1);
    await expect(growth(logins('invalid_credentials'), () => logIn(email, 'wrong'))).resolves.toBe(1);
    await sql(deployment.databaseUrl, `UPDATE users SET is_active = false WHERE email = '${email}'`);
    await expect(growth(logins('user_inactive'), () => logIn(email, PASSWORD))).resolves.toBe(1);
  });

  it('count refreshes, and the reuse of a refresh token', async () => {
    const { tokens } = await deployment.accounts().signUp();
    const refresh = () => client.post('/api/v1/auth/refresh', { refresh_token: tokens.refresh_token });
    const result = (name: string) => `ergodrive_refreshes_total{result="${name}"}`;
    await expect(growth(result('granted'), refresh)).resolves.toBe(1);
    await sql(deployment.databaseUrl, `UPDATE sessions SET rotated_at = rotated_at - interval '1 hour'`);
    await expect(growth(result('reused'), refresh)).resolves.toBe(1);
  });

  it('count refusals by the limit that was exceeded, and by the code of the problem', async () => {
    const email = `${randomUUID()}@example.org`;
    const guess = async () => {
      for (let count = 0; count < 12; count += 1) await logIn(email, 'wrong');
    };
    const limit = 'ergodrive_rate_limit_refusals_total{limit="login-account-network"}';
    await expect(growth(limit, guess)).resolves.toBe(2);
    const problem = 'ergodrive_problems_total{code="too_many_requests"}';
    await expect(growth(problem, () => logIn(email, 'wrong'))).resolves.toBe(1);
    await expect(
      growth('ergodrive_problems_total{code="invalid_client"}', () =>
        client.post('/oauth2/introspect', 'token=x', {
          headers: { authorization: 'Basic eDp5', 'content-type': 'application/x-www-form-urlencoded' },
        }),
      ),
    ).resolves.toBe(1);
  });

  it('show the hashing of passwords, the pool, the log and the replay', async () => {
    await expect(
      growth('ergodrive_hash_queue_wait_seconds_count', () => logIn('a@example.org', 'wrong')),
    ).resolves.toBe(1);
    await expect(valueOf('ergodrive_hash_queue_length')).resolves.toBe(0);
    await expect(valueOf('ergodrive_database_pool_limit')).resolves.toBe(10);
    await expect(valueOf('ergodrive_database_pool_waiting')).resolves.toBe(0);
    expect(await valueOf('ergodrive_database_pool_connections{state="idle"}')).toBeGreaterThan(0);
    await expect(valueOf('ergodrive_log_following{state="following"}')).resolves.toBe(1);
    await expect(valueOf('ergodrive_log_following{state="refused"}')).resolves.toBe(0);
    expect(await valueOf('ergodrive_replay_duration_seconds_count')).toBeGreaterThan(0);
    expect(await valueOf('ergodrive_cache_trust_changes_total{state="trusted"}')).toBeGreaterThan(0);
  });

  it('show the receivers of the feed, and how late they get events', async () => {
    const { client_id, client_secret } = await deployment.registerClient();
    const authorization = basic({ id: client_id, secret: client_secret });
    const poll = async (body: object) =>
      (await client.post<{ cursor: string }>('/api/v1/events/poll', body, { headers: { authorization } }))
        .body;
    const { cursor } = await poll({ cursor: '', waitMs: 0 });
    const { client: member } = await deployment.accounts().signUp();
    await member.post('/api/v1/auth/logout');
    const lag = 'ergodrive_feed_lag_seconds_count';
    await expect(growth(lag, () => poll({ cursor, waitMs: 20_000 }))).resolves.toBe(1);
    await expect(valueOf('ergodrive_feed_receivers')).resolves.toBe(1);
    await expect(valueOf('ergodrive_feed_pending_events')).resolves.toBe(0);
  });

  it('show the content and the memory of Redis, and no old values while it is down', async () => {
    await deployment.accounts().signUp();
    await waitFor(async () => ((await valueOf('ergodrive_cache_users')) ?? 0) > 0, {
      what: 'users in the cache to be counted',
      ...WAIT,
    });
    expect(await valueOf('ergodrive_cache_blacklisted_tokens')).toBeGreaterThanOrEqual(0);
    expect(await valueOf('ergodrive_redis_memory_bytes')).toBeGreaterThan(100_000);
    await expect(valueOf('ergodrive_redis_memory_limit_bytes')).resolves.toBe(0);
    await redis.kill9();
    await waitFor(async () => (await valueOf('ergodrive_redis_memory_bytes')) === undefined, {
      what: 'the values of Redis to disappear',
      ...WAIT,
    });
    await expect(valueOf('ergodrive_cache_users')).resolves.toBeUndefined();
    await redis.restart({ keepData: false });
    await deployment.trusted(30_000);
  });
});
