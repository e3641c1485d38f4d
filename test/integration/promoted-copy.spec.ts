import { randomUUID } from 'node:crypto';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { PostgresStandby } from '../support/postgres/postgres-standby.js';
import type { TestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { logIn, type Member, register, verdictOf } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

const SECRET = randomUUID() + randomUUID();

const REQUESTS = 10;
const FOLLOWERS = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE '%-follower' AND backend_type = 'client backend'`;

const statusOf = async (app: AppInProcess) => (await app.call('GET', '/health')).body['status'];
const becomes = (app: AppInProcess, status: string) =>
  waitFor(async () => (await statusOf(app)) === status, { what: `an instance to be ${status}` });
const database = async (app: AppInProcess) =>
  (await app.call('GET', '/health')).body['database'] as { reason?: string };

describe('an instance that is led to a promoted copy while others go on with the original', () => {
  let redis: TestRedis;
  let primary: PostgresServer;
  let original: TestDatabase;
  let standby: PostgresStandby;
  let link: TcpProxy;
  let redisLink: TcpProxy;
  let others: AppInProcess;
  let misled: AppInProcess;
  let member: Member;

  beforeAll(async () => {
    [redis, primary] = await Promise.all([
      createTestRedis(),
      PostgresServer.start({ durability: 'process' }),
    ]);
    original = await primary.createDatabase();
    link = await TcpProxy.start({ port: primary.port });
    redisLink = await TcpProxy.start({ port: Number(new URL(redis.url).port) });
    const common = { REDIS_URL: redis.url, JWT_SECRET: SECRET, CACHE_DEADLINE_MS: '5000' };
    others = await AppInProcess.start({ ...common, DATABASE_URL: original.url });
    const ofMisled = {
      DATABASE_URL: link.through(original.url),
      REDIS_URL: redisLink.through(redis.url),
    };
    misled = await AppInProcess.start({ ...common, ...ofMisled });
    await Promise.all([others, misled].map((app) => becomes(app, 'healthy')));
    member = await register(others);
    standby = await PostgresStandby.of(primary);
    await standby.promote();
  });
  afterAll(async () => {
    await misled.stop();
    await Promise.all([link.close(), redisLink.close()]);
    await Promise.all([redis.stop(), original.drop()]);
    await Promise.all([standby.stop(), primary.stop()]);
  });

  it('refuses every request, and harms nobody else', async () => {
    await expect(others.call('POST', '/api/v1/auth/logout', member)).resolves.toMatchObject({ status: 200 });
    link.redirect({ port: standby.server.port });
    const answers = new Set<unknown>();
    const states = new Set<unknown>();
    const isRefused = async () => {
      answers.add((await misled.call('GET', '/api/v1/users/me', member)).status);
      states.add(await statusOf(others));
      return (await database(misled)).reason?.includes('another PostgreSQL') === true;
    };
    await waitFor(isRefused, { what: 'the copy to be refused' });
    expect(answers).not.toContain(200);
    expect([...states]).toEqual(['healthy']);
    await expect(verdictOf(others, await logIn(others, member))).resolves.toBe('student');
  });

  it('refuses every request when it had lost Redis for a moment too', async () => {
    link.redirect({ port: primary.port });
    await becomes(misled, 'healthy');
    await redisLink.cut();
    link.redirect({ port: standby.server.port });
    const isLed = async () => (await standby.server.query(FOLLOWERS)).length > 0;
    await waitFor(isLed, { what: 'the instance to be led to the copy' });
    const answers = new Set<unknown>();
    const ask = async () => answers.add((await misled.call('GET', '/api/v1/users/me', member)).status);
    for (let count = 0; count < REQUESTS; count += 1) await ask();
    await redisLink.pass();
    const isRefused = async () => {
      await ask();
      return (await database(misled)).reason?.includes('another PostgreSQL') === true;
    };
    await waitFor(isRefused, { what: 'the copy to be refused' });
    expect(answers).not.toContain(200);
  });

  it('serves once no other instance follows the original, as after a failover', async () => {
    await others.stop();
    await becomes(misled, 'healthy');
    await expect(verdictOf(misled, await logIn(misled, member))).resolves.toBe('student');
  });
});
