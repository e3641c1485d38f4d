import { PostgresServer } from '../support/postgres/postgres-server.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { waitFor } from '../support/wait-for.js';
import { beforeSuite, Deployment, expectProblem } from './support/suite.js';

describe('the service', () => {
  const redis = beforeSuite(() => RedisServer.start());
  const postgres = beforeSuite(() => PostgresServer.start({ durability: 'process' }));
  const database = beforeSuite(() => postgres.createDatabase());
  const deployment = beforeSuite(() =>
    Deployment.ofProcesses({ redisUrl: redis.url, databaseUrl: database.url }),
  );
  const client = beforeSuite(() => deployment.client());
  beforeAll(async () => {
    await deployment.trusted();
  });

  const statusOf = async (path: string) => (await client.get(path)).status;
  const becomes = (status: string) =>
    waitFor(async () => (await client.get('/health')).body['status'] === status, { what: `to be ${status}` });

  it('shows in its health the state of the database, Redis and the cache', async () => {
    const { status, body } = await client.get('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'healthy',
      service: 'ergodrive-backend',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      environment: 'test',
      uptime_seconds: expect.any(Number),
      database: {
        status: 'connected',
        kind: 'server',
        version: expect.any(String),
        following_log: true,
        notifications: expect.any(String),
      },
      redis: { status: 'connected', redis_version: expect.any(String), uptime_seconds: expect.any(Number) },
      cache: {
        status: 'available',
        trust: 'trusted',
        cached_users: expect.any(Number),
        blacklisted_tokens: expect.any(Number),
        memory_used: expect.any(String),
      },
    });
  });

  it('counts the users and tokens in the cache in the background', async () => {
    const counts = async () => {
      const { body } = await client.get<{ cache: Record<string, number> }>('/health');
      return [body.cache['cached_users'], body.cache['blacklisted_tokens']];
    };
    const members = [await deployment.accounts().signUp(), await deployment.accounts().signUp()];
    await waitFor(async () => (await counts())[0] === 2, { what: 'two users to be counted' });
    await members[0]!.client.post('/api/v1/auth/logout');
    await waitFor(async () => (await counts()).join() === '1,1', { what: 'the logout to be counted' });
  });

  it('has probes in the format of Terminus', async () => {
    await expect(client.get('/health/live')).resolves.toMatchObject({ status: 200, body: { status: 'ok' } });
    await expect(client.get('/health/ready')).resolves.toMatchObject({
      status: 200,
      body: { status: 'ok', details: { database: { status: 'up' } } },
    });
  });

  it('has metrics for Prometheus', async () => {
    const { status, headers, body } = await client.get<string>('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toMatch(/^ergodrive_cache_trust\{state="trusted"\} 1$/m);
    expect(body).toMatch(/^ergodrive_cache_trust\{state="down"\} 0$/m);
    expect(body).toMatch(/^process_cpu_user_seconds_total /m);
    expect(body).not.toMatch(/@example\.org|eyJ/);
  });

  it('stays ready without Redis, and reports that it is degraded', async () => {
    await redis.kill9();
    await becomes('degraded');
    const { status, body } = await client.get('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      redis: { status: 'disconnected' },
      cache: { status: 'unavailable', trust: 'down', reason: expect.stringMatching(/./) },
    });
    expect([await statusOf('/health/live'), await statusOf('/health/ready')]).toEqual([200, 200]);
    await expect(client.get('/metrics')).resolves.toMatchObject({
      body: expect.stringMatching(/^ergodrive_cache_trust\{state="down"\} 1$/m),
    });
    await redis.restart({ keepData: false });
    await becomes('healthy');
  });

  it('reports that it is degraded while Redis is full and takes no new entries, and logs it once', async () => {
    const lines = (text: string) => deployment.apps[0]!.output.split(text).length - 1;
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
    const { client: member } = await deployment.accounts().signUp();
    for (let count = 0; count < 5; count++)
      await expect(member.get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    await becomes('degraded');
    const { status, body } = await client.get('/health');
    expect([status, body['cache']]).toEqual([
      200,
      expect.objectContaining({ trust: 'trusted', reason: expect.stringContaining('noeviction') }),
    ]);
    expect(lines('no new entries are taken')).toBe(1);
    await expect(statusOf('/health/serving')).resolves.toBe(200);
    await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
    await member.get('/api/v1/users/me');
    await becomes('healthy');
    expect(lines('takes new entries again')).toBe(1);
  });

  it('is alive but neither healthy nor ready without its database', async () => {
    const { client: member } = await deployment.accounts().signUp();
    await postgres.kill9();
    await becomes('unhealthy');
    const health = await client.get('/health');
    expect(health).toMatchObject({ status: 503, body: { database: { status: 'disconnected' } } });
    const ready = await client.get('/health/ready');
    expect(ready).toMatchObject({
      status: 503,
      body: { status: 'error', error: { database: { status: 'down' } } },
    });
    await expect(statusOf('/health/live')).resolves.toBe(200);
    await expect(client.get('/health/serving')).resolves.toMatchObject({
      status: 200,
      body: { status: 'ok' },
    });
    const login = await deployment.accounts().tryLogin({ email: 'a@example.org', password: 'Test1234' });
    expectProblem(login, 503, 'temporarily_unavailable');
    expect(Number(login.headers['retry-after'])).toBeGreaterThan(0);
    expectProblem(await member.post('/api/v1/auth/logout'), 503, 'temporarily_unavailable');
    await postgres.restart();
    await becomes('healthy');
    await expect(statusOf('/health/ready')).resolves.toBe(200);
  });
});
