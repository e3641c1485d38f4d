import { randomUUID } from 'node:crypto';
import { NoPrimaryError } from '../../src/common/database-errors.js';
import { Standing } from '../../src/standing/standing.js';
import { PATIENT } from '../support/app/patient.js';
import type { OAuthClient } from '../support/app/oauth-client.js';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { PgBouncer } from '../support/postgres/pgbouncer.js';
import { PostgresBaseBackup } from '../support/postgres/postgres-base-backup.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { PostgresStandby } from '../support/postgres/postgres-standby.js';
import { databaseUrl } from '../support/postgres/sql.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { logIn, type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { authenticate, outcomeOf, registerAdmin, registerClient, send } from './oauth-clients.js';

const DATABASE = 'pooled';
const refresh = (app: AppInProcess, { refreshToken }: Member) =>
  app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: refreshToken } });

describe('an instance whose PgBouncer is led to another server than DATABASE_DIRECT_URL', () => {
  let primary: PostgresServer;
  let link: TcpProxy;
  let pooler: PgBouncer;
  let redis: TestRedis;
  /** The instance behind PgBouncer, and one that uses the primary itself. */
  let pooled: AppInProcess;
  let direct: AppInProcess;
  let admin: Member;

  beforeAll(async () => {
    [primary, redis] = await Promise.all([
      PostgresServer.start({ durability: 'process' }),
      createTestRedis(),
    ]);
    await primary.query(`CREATE DATABASE ${DATABASE}`);
    link = await TcpProxy.start({ port: primary.port });
    pooler = await PgBouncer.start(link.port);
    const url = databaseUrl(primary.url(), DATABASE);
    const common = { ...PATIENT, REDIS_URL: redis.url, JWT_SECRET: randomUUID() + randomUUID() };
    direct = await AppInProcess.start({ ...common, DATABASE_URL: url });
    pooled = await AppInProcess.start({
      ...common,
      RATE_LIMIT_ENABLED: 'true',
      DATABASE_POOL_SIZE: '2',
      DATABASE_URL: pooler.through(url),
      DATABASE_DIRECT_URL: url,
    });
    await Promise.all([direct.trusted(), pooled.trusted()]);
    admin = await registerAdmin(direct);
  });
  afterEach(() => link.redirect({ port: primary.port }));
  afterAll(async () => {
    await Promise.all([pooled.stop(), direct.stop()]);
    await Promise.all([pooler.stop(), link.close(), redis.stop()]);
    await primary.stop();
  });

  /** Each connection of the pool was opened while PgBouncer led to the primary. */
  const usesPrimary = async () => {
    link.redirect({ port: primary.port });
    const member = await register(direct);
    const logsIn = () => Promise.all([logIn(pooled, member), logIn(pooled, member)]).then(() => true);
    await waitFor(logsIn, { what: 'two logins at once', timeoutMs: 30_000 });
  };
  /** What the instance behind PgBouncer says of the credentials now: the client's name, or why not. */
  const accepts = (client: OAuthClient): Promise<string> =>
    authenticate(pooled, client).catch((error: unknown) => (error as Error).name);

  describe('a copy that takes writes', () => {
    let copy: PostgresServer;
    let loggedOut: Member;
    let live: Member;
    let client: OAuthClient;

    beforeAll(async () => {
      [loggedOut, live] = [await register(direct), await register(direct)];
      client = await registerClient(direct, admin);
      const backup = await PostgresBaseBackup.of(primary);
      copy = await PostgresServer.start({ durability: 'process', createData: backup.restore });
      await backup.remove();
      await direct.call('POST', '/api/v1/auth/logout', loggedOut);
    });
    afterAll(() => copy.stop());
    beforeEach(async () => {
      await usesPrimary();
      // It stays in memory, so that its requests come to their own statements.
      await expect(accepts(client)).resolves.toBe('orders');
      link.redirect({ port: copy.port });
    });

    /** All that statements of the pool write. */
    const contents = async () => {
      const tables = ['users', 'sessions', 'oauth_clients', 'audit_events', 'audit_outbox', 'limit_counts'];
      const rows = [...tables, 'event_streams', 'log_positions'].map(
        (table) => `(SELECT coalesce(jsonb_agg(t ORDER BY t::text), '[]') FROM ${table} t) AS ${table}`,
      );
      return copy.query(`SELECT ${rows.join(', ')}`, [], DATABASE);
    };

    it('answers 503 to each request that needs PostgreSQL, and writes nothing there', async () => {
      const before = await contents();
      const account = { email: `${randomUUID()}@example.org`, password: 'Test1234' };
      const credentials = { email: live.email, password: live.password };
      const { token } = admin;
      const answers: Record<string, number> = {};
      for (const [method, path, call] of [
        ['POST', '/api/v1/auth/refresh', { body: { refresh_token: live.refreshToken } }],
        ['POST', '/api/v1/auth/refresh', { body: { refresh_token: loggedOut.refreshToken } }],
        ['POST', '/api/v1/auth/register', { body: { ...account, full_name: 'A' } }],
        ['POST', '/api/v1/auth/login/json', { body: credentials }],
        ['POST', '/api/v1/auth/login/json', { body: { ...credentials, password: 'wrong' } }],
        ['POST', '/api/v1/auth/logout', { token: live.token }],
        ['GET', '/api/v1/sessions', { token }],
        ['GET', '/api/v1/users', { token }],
        ['GET', '/api/v1/clients', { token }],
        ['GET', '/api/v1/audit', { token }],
        ['POST', '/api/v1/clients', { token, body: { name: 'billing' } }],
        ['GET', '/health', {}],
      ] as const)
        answers[`${method} ${path} ${JSON.stringify(call)}`] = (await pooled.call(method, path, call)).status;
      const grant = { grant_type: 'password', username: live.email, password: live.password };
      for (const path of ['token', 'introspect', 'revoke']) {
        const form = { ...grant, token: live.refreshToken };
        answers[path] = (await send(pooled, `/oauth2/${path}`, form, client)).status;
      }
      expect(Object.entries(answers).filter(([, status]) => status !== 503)).toEqual([]);
      await expect(contents()).resolves.toEqual(before);
    });

    it('exchanges the refresh tokens that the primary knows once PgBouncer leads there again, and no others', async () => {
      for (const member of [live, loggedOut])
        await expect(refresh(pooled, member)).resolves.toMatchObject({ status: 503 });
      link.redirect({ port: primary.port });
      await waitFor(async () => (await refresh(pooled, live)).status === 200, {
        what: 'a refresh',
        timeoutMs: 30_000,
      });
      await expect(refresh(pooled, loggedOut)).resolves.toMatchObject({ status: 401 });
      const me = await direct.call('GET', '/api/v1/users/me', live);
      expect(me.status).toBe(200);
    });
  });

  describe('a standby whose replay is paused', () => {
    let standby: PostgresStandby;

    beforeAll(async () => {
      standby = await PostgresStandby.of(primary);
    });
    afterAll(() => standby.stop());

    it('accepts no OAuth client that has ended, neither then nor once PgBouncer leads to the primary again', async () => {
      const client = await registerClient(direct, admin);
      await expect(accepts(client)).resolves.toBe('orders');
      await standby.caughtUp();
      await standby.pauseReplay();
      link.redirect({ port: standby.server.port });
      const answered: string[] = [];
      const progress = { isAcknowledged: false };
      const ending = direct
        .call('DELETE', `/api/v1/clients/${client.id}`, { token: admin.token })
        .finally(() => (progress.isAcknowledged = true));
      while (!progress.isAcknowledged) await accepts(client);
      expect((await ending).status).toBe(204);
      for (let attempt = 0; attempt < 5; attempt++) answered.push(await accepts(client));
      expect(new Set(answered)).toEqual(new Set([NoPrimaryError.name]));
      link.redirect({ port: primary.port });
      await waitFor(
        async () => {
          answered.push(await accepts(client));
          return answered.at(-1) === '401 invalid_client';
        },
        { what: 'the refusal of the client', timeoutMs: 30_000 },
      );
      expect(answered).not.toContain('orders');
      const introspection = await send(pooled, '/oauth2/introspect', { token: admin.token }, client);
      expect(outcomeOf(introspection)).toBe('401 invalid_client');
      await standby.resumeReplay();
    });
  });

  it('runs later statements on the same sessions of PgBouncer after one that was refused', async () => {
    const member = await register(pooled);
    const standing = pooled.get(Standing);
    const { history = '' } = standing;
    // PostgreSQL skips the statement of a refresh, which PgBouncer has prepared on none of its sessions yet.
    standing.adopt('another history');
    const refused = await Promise.all(Array.from({ length: 6 }, () => refresh(pooled, member)));
    standing.adopt(history);
    const statuses = refused.map(({ status }) => status);
    await waitFor(
      async () => statuses.push((await refresh(pooled, member)).status) && statuses.at(-1) === 200,
      {
        what: 'a refresh',
        timeoutMs: 30_000,
      },
    );
    expect(new Set(statuses)).toEqual(new Set([503, 200]));
  });
});
