import { HotStatements } from '../../src/database/hot-statements.js';
import { migrate } from '../../src/database/migrate.js';
import { PATIENT } from '../support/app/patient.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { PostgresStandby } from '../support/postgres/postgres-standby.js';
import { PgBouncer } from '../support/postgres/pgbouncer.js';
import { databaseUrl, sql } from '../support/postgres/sql.js';
import { createEmptyDatabase } from '../support/postgres/test-database.js';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { createTestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, logIn, register, verdictOf } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { databaseOfSuite, redisOfSuite } from './app-suite.js';

const portOf = (url: string) => Number(new URL(url).port);
/** The machine may stall, and few sessions serve many requests. */

interface Health {
  status: string;
  database: { notifications: string };
  cache: { trust: string };
}
const healthOf = async (app: AppInProcess) => (await app.call('GET', '/health')).body as unknown as Health;

describe('two instances behind PgBouncer in transaction mode, with DATABASE_DIRECT_URL', () => {
  const database = databaseOfSuite();
  const redis = redisOfSuite();
  let pooler: PgBouncer;
  let apps: AppInProcess[];

  beforeAll(async () => {
    pooler = await PgBouncer.start(portOf(database.url));
    const environment = {
      ...PATIENT,
      DATABASE_URL: pooler.through(database.url),
      DATABASE_DIRECT_URL: database.url,
      REDIS_URL: redis.url,
      JWT_SECRET: 'x'.repeat(64),
    };
    apps = await Promise.all([1, 2].map(() => AppInProcess.start(environment)));
    await Promise.all(apps.map((app) => app.trusted()));
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await pooler.stop();
    await redis.stop();
    await database.drop();
  });

  it('send requests through PgBouncer, but not the log, locks and migrations', async () => {
    await register(apps[0]!);
    const clients = await pooler.show('CLIENTS');
    const names = clients.map((client) => client['application_name']).filter((name) => name !== '');
    expect(new Set(names)).toEqual(new Set(['ergodrive-backend']));
    const followers = await sql(
      database.url,
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ergodrive-backend-follower'`,
    );
    expect(followers).toHaveLength(2);
  });

  it('receive notifications', async () => {
    for (const app of apps)
      await waitFor(async () => (await healthOf(app)).database.notifications === 'delivered', {
        what: 'the proof',
        timeoutMs: 30_000,
      });
  });

  it('serve more requests at a time than PgBouncer has sessions, with prepared statements', async () => {
    const [one, other] = apps as [AppInProcess, AppInProcess];
    const members = await Promise.all(Array.from({ length: 6 }, (_, index) => register(apps[index % 2]!)));
    await withRedis(redis.url, (connection) => connection.send('FLUSHDB'));
    const verdicts = Promise.all(
      members.flatMap((member) => [verdictOf(one, member), verdictOf(other, member)]),
    );
    await expect(verdicts).resolves.toEqual(Array<string>(12).fill('student'));
    await Promise.all(
      members.map(async ({ token }, index) => {
        const answer = await apps[index % 2]!.call('POST', '/api/v1/auth/logout', { token });
        expect(answer.status).toBe(200);
      }),
    );
    for (const member of members)
      for (const app of apps) await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
  });

  it('work in READ COMMITTED, whatever the default of the database is', async () => {
    const name = new URL(database.url).pathname.slice(1);
    const member = await register(apps[0]!);
    await sql(database.url, `ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
    await sql(
      database.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'ergodrive-backend'`,
    );
    const level = { name: 'level', text: `SELECT current_setting('transaction_isolation') AS level` };
    const rows = () =>
      apps[1]!.get(HotStatements).transaction(({ run }) => run<{ level: string }>(level, []));
    // The pool loses the connections that were ended.
    await waitFor(async () => (await rows().catch(() => [])).length === 1, {
      what: 'a new connection',
      timeoutMs: 30_000,
    });
    await expect(rows()).resolves.toEqual([{ level: 'read committed' }]);
    const logins = Array.from({ length: 6 }, () => logIn(apps[1]!, member));
    await expect(Promise.all(logins)).resolves.toHaveLength(6);
    await sql(database.url, `ALTER DATABASE ${name} RESET default_transaction_isolation`);
  });

  it('let PostgreSQL end a slow statement after the time in the example', async () => {
    await expect(apps[0]!.query('SELECT pg_sleep(30)')).rejects.toThrow('statement timeout');
  });
});

describe('an instance with one URL, through PgBouncer in transaction mode', () => {
  const database = databaseOfSuite();
  let pooler: PgBouncer;
  let app: AppInProcess;

  beforeAll(async () => {
    pooler = await PgBouncer.start(portOf(database.url), { isLenient: true });
    app = await AppInProcess.start({ ...PATIENT, DATABASE_URL: pooler.through(database.url) });
  });
  afterAll(async () => {
    await app.stop();
    await pooler.stop();
    await database.drop();
  });

  it('reports in health and metrics that notifications do not arrive, and caches in memory all the same', async () => {
    await waitFor(async () => (await healthOf(app)).database.notifications === 'not delivered', {
      what: 'the instance to notice it',
      timeoutMs: 60_000,
    });
    await expect(healthOf(app)).resolves.toMatchObject({ status: 'degraded', cache: { trust: 'trusted' } });
    const { text } = await app.app.inject('/metrics').then(({ payload }) => ({ text: payload }));
    expect(text).toContain('ergodrive_database_notifications{state="not delivered"} 1');
    expect(text).toContain('ergodrive_database_notifications{state="delivered"} 0');
  });

  it('refuses a token at once after the logout', async () => {
    const member = await register(app);
    await expect(getMe(app, member)).resolves.toBe('200');
    await app.call('POST', '/api/v1/auth/logout', member);
    await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
  });
});

describe('an instance whose PgBouncer is led to a standby', () => {
  it('accepts no answer from the standby, although it follows the log on the primary', async () => {
    const primary = await PostgresServer.start({ durability: 'process' });
    await primary.query('CREATE DATABASE pooled');
    const standby = await PostgresStandby.of(primary);
    const link = await TcpProxy.start({ port: primary.port });
    const pooler = await PgBouncer.start(link.port);
    const redis = await createTestRedis();
    const url = databaseUrl(primary.url(), 'pooled');
    const app = await AppInProcess.start({
      ...PATIENT,
      DATABASE_POOL_SIZE: '2',
      DATABASE_URL: pooler.through(url),
      DATABASE_DIRECT_URL: url,
      REDIS_URL: redis.url,
    });
    await app.trusted();
    const member = await register(app);
    await expect(verdictOf(app, member)).resolves.toBe('student');
    await standby.caughtUp();
    link.redirect({ port: standby.server.port });
    await withRedis(redis.url, (connection) => connection.send('FLUSHDB'));
    // The connections to PgBouncer stay: only the answer itself can say which server it is from.
    const refusals: unknown[] = [];
    try {
      for (let attempt = 0; attempt < 4; attempt++)
        await verdictOf(app, member).then(
          (verdict) => refusals.push(verdict),
          (error: unknown) => refusals.push((error as Error).name),
        );
      expect(refusals).not.toContain('student');
      expect(refusals).toContain('NoPrimaryError');
      expect(await withRedis(redis.url, (connection) => connection.send('EXISTS', `user:${member.id}`))).toBe(
        0,
      );
      await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({ status: 503 });
      link.redirect({ port: primary.port });
      await waitFor(async () => (await verdictOf(app, member)) === 'student', {
        what: 'a verdict',
        timeoutMs: 30_000,
      });
    } finally {
      await app.stop();
    }
    await Promise.all([pooler.stop(), link.close(), standby.stop(), redis.stop()]);
    await primary.stop();
  });
});

describe('DATABASE_URL and DATABASE_DIRECT_URL of two databases', () => {
  it.each([
    ['an empty one', () => Promise.resolve()],
    ['one with the same tables', (url: string) => migrate('test', primaryOf(url))],
  ])('stop the start, with a message that names both: the other is %s', async (_what, prepare) => {
    const [one, other] = await Promise.all([createEmptyDatabase(), createEmptyDatabase()]);
    await prepare(one.url);
    const outcome = await AppInProcess.start({ DATABASE_URL: one.url, DATABASE_DIRECT_URL: other.url }).then(
      (app) => app.stop(),
      (error: unknown) => (error as Error).message,
    );
    expect(outcome).toContain(
      'DATABASE_URL and DATABASE_DIRECT_URL must lead to the same database of the same server',
    );
    await Promise.all([one.drop(), other.drop()]);
  });
});
