import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '../../src/config/configuration.error.js';
import { PATIENT } from '../support/app/patient.js';
import { PgBouncer } from '../support/postgres/pgbouncer.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { databaseUrl, sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { logIn, type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

const DATABASE = 'shared';
/** Tables that the token of the history does not name. */
const DECOYS = ['audit_events', 'limit_counts', 'oauth_clients', 'one_time_tokens'];

describe('an instance whose tables are in the schema auth, behind PgBouncer in transaction mode', () => {
  let postgres: PostgresServer;
  let pooler: PgBouncer;
  let url: string;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    await postgres.query(`CREATE DATABASE ${DATABASE}`);
    pooler = await PgBouncer.start(postgres.port);
    url = databaseUrl(postgres.url(), DATABASE);
  });
  afterAll(async () => {
    await pooler.stop();
    await postgres.stop();
  });

  const start = () =>
    AppInProcess.start({
      ...PATIENT,
      JWT_SECRET: randomUUID() + randomUUID(),
      DATABASE_URL: pooler.through(url),
      DATABASE_DIRECT_URL: url,
      DATABASE_SCHEMA: 'auth',
    });
  /** PgBouncer opens its sessions anew, as `RECONNECT` does: those of before have ended. */
  const setPath = async (path: string) => {
    await sql(url, `ALTER ROLE postgres IN DATABASE ${DATABASE} SET search_path = ${path}`);
    await postgres.query(
      `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`,
      [DATABASE],
    );
  };

  it('does not start until sessions look for tables there, and says how they do', async () => {
    const failure: unknown = await start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect(String(failure)).toContain('DATABASE_URL must look for tables in the schema auth');
    expect(String(failure)).toContain('ALTER ROLE … IN DATABASE … SET search_path = "auth", pg_temp');
  });

  describe('that has started', () => {
    let app: AppInProcess;

    beforeAll(async () => {
      await setPath('auth, pg_temp');
      app = await start();
    });
    afterAll(() => app.stop());

    const refresh = async ({ refreshToken }: Member) =>
      (await app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: refreshToken } })).status;
    const logInWrongly = async ({ email }: Member) =>
      (await app.call('POST', '/api/v1/auth/login/json', { body: { email, password: 'wrong' } })).status;
    const rowsOfDecoys = () =>
      sql(
        url,
        `SELECT ${DECOYS.map((name) => `(SELECT count(*)::int FROM app.${name}) AS ${name}`).join(', ')}`,
      );

    it('lets accounts register, log in and refresh', async () => {
      const member = await register(app);
      await expect(refresh(await logIn(app, member))).resolves.toBe(200);
    });

    it('answers 503 and writes nothing while sessions look in another schema first, and recovers by itself', async () => {
      const member = await register(app);
      await sql(url, 'CREATE SCHEMA app');
      for (const name of DECOYS) await sql(url, `CREATE TABLE app.${name} (LIKE auth.${name} INCLUDING ALL)`);
      const before = await rowsOfDecoys();
      await setPath('app, auth, pg_temp');
      for (let count = 0; count < 5; count += 1) {
        await expect(refresh(member)).resolves.toBe(503);
        await expect(logInWrongly(member)).resolves.toBe(503);
      }
      await expect(rowsOfDecoys()).resolves.toEqual(before);
      await setPath('auth, pg_temp');
      await waitFor(async () => (await refresh(member)) === 200, { what: 'a refresh', timeoutMs: 30_000 });
    });

    it('answers 503 while a session has a temporary table that hides one of the service', async () => {
      const member = await register(app);
      await setPath('auth');
      await waitFor(async () => (await refresh(member)) === 200, { what: 'a refresh', timeoutMs: 30_000 });
      const through = pooler.through(url);
      // As another program would by the same role, in each of the sessions.
      const hide = () =>
        sql(
          through,
          'CREATE TEMPORARY TABLE IF NOT EXISTS audit_outbox (LIKE auth.audit_outbox); SELECT pg_sleep(0.3)',
        );
      // Another statement may take a session meanwhile.
      const isRefused = async () => {
        await Promise.all(Array.from({ length: 3 }, hide));
        return (await logInWrongly(member)) === 503;
      };
      await waitFor(isRefused, { what: 'the refusal', timeoutMs: 30_000 });
      await setPath('auth, pg_temp');
      await waitFor(async () => (await logInWrongly(member)) === 401, {
        what: 'an answer',
        timeoutMs: 30_000,
      });
    });
  });
});
