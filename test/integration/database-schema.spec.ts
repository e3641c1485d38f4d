import { ConfigurationError } from '../../src/config/configuration.error.js';
import { migrate } from '../../src/database/migrate.js';
import {
  createEmptyDatabase,
  createTestDatabase,
  type TestDatabase,
} from '../support/postgres/test-database.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { sql } from '../support/postgres/sql.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, logIn, register, verdictOf } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

const SCHEMA = 'auth';
const nameOf = ({ url }: TestDatabase) => new URL(url).pathname.slice(1);
const failureOf = (start: Promise<unknown>): Promise<unknown> =>
  start.then(
    () => undefined,
    (error: unknown) => error,
  );
const TABLES = `
  SELECT nspname AS schema, count(*)::int AS tables FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relkind IN ('r', 'v', 'S') AND nspname !~ '^(pg_|information_schema)' GROUP BY nspname ORDER BY nspname`;

describe('DATABASE_SCHEMA', () => {
  describe('with a database whose own search_path leads to tables of the same names', () => {
    let database: TestDatabase;
    let redis: TestRedis;
    let apps: AppInProcess[];

    beforeAll(async () => {
      [database, redis] = await Promise.all([createEmptyDatabase(), createTestRedis()]);
      await sql(database.url, 'CREATE SCHEMA app');
      for (const table of ['users', 'sessions', 'invalidations', 'migrations'])
        await sql(database.url, `CREATE TABLE app.${table} (id int)`);
      await sql(database.url, `ALTER DATABASE ${nameOf(database)} SET search_path = app, public`);
      const environment = { DATABASE_URL: database.url, DATABASE_SCHEMA: SCHEMA, REDIS_URL: redis.url };
      const secret = { JWT_SECRET: 'x'.repeat(64) };
      apps = [];
      for (let count = 0; count < 2; count += 1)
        apps.push(await AppInProcess.start({ ...environment, ...secret }));
      await Promise.all(apps.map((app) => app.trusted()));
    });
    afterAll(async () => {
      await Promise.all(apps.map((app) => app.stop()));
      await redis.stop();
      await database.drop();
    });

    /** On a connection that looks for tables where the team has its own. */
    const operate = (...statements: string[]) => sql(database.url, statements.join('; '));

    it('keeps every table, view and sequence of the service in that schema', async () => {
      const found = await sql<{ schema: string; tables: number }>(database.url, TABLES);
      expect(found.map(({ schema }) => schema)).toEqual(['app', SCHEMA]);
      expect(found[0]).toEqual({ schema: 'app', tables: 4 });
    });

    it('lets accounts register, log in and log out, with the same answer on every instance', async () => {
      const [one, other] = apps as [AppInProcess, AppInProcess];
      const member = await register(one);
      await expect(getMe(other, member)).resolves.toBe('200');
      await one.call('POST', '/api/v1/auth/logout', { token: member.token });
      await expect(getMe(other, member)).resolves.toBe('401 token_revoked');
      await expect(getMe(other, await logIn(other, member))).resolves.toBe('200');
    });

    it('has the changes of SQL logged that looks for tables elsewhere, behind temporary tables too', async () => {
      const [one] = apps as [AppInProcess];
      const member = await register(one);
      await operate(
        'CREATE TEMPORARY TABLE invalidations (LIKE auth.invalidations)',
        'CREATE TEMPORARY TABLE sessions (LIKE auth.sessions)',
        `UPDATE auth.users SET is_active = false WHERE id = '${member.id}'`,
      );
      await waitFor(async () => (await verdictOf(one, member)) === 'revoked', { what: 'the refusal' });
      const kinds = await sql<{ kind: string }>(
        database.url,
        `SELECT kind FROM auth.invalidations WHERE user_id = '${member.id}' AND reason = 'user_deactivated' ORDER BY 1`,
      );
      expect(kinds.map(({ kind }) => kind)).toEqual(['session.revoked', 'user.updated']);
    });

    it('has a fixed search_path for every function but that of the history, which proves where names lead', async () => {
      const functions = await sql<{ name: string; setting: string[] | null }>(
        database.url,
        `SELECT proname AS name, proconfig AS setting FROM pg_proc WHERE pronamespace = 'auth'::regnamespace`,
      );
      const others = functions.filter(({ setting }) => setting?.[0] !== 'search_path=auth, pg_temp');
      expect(others.map(({ name }) => name).sort()).toEqual([
        'history_token',
        'impersonal_details',
        'network_of',
      ]);
      expect(functions.length).toBeGreaterThan(15);
    });

    it('has a view of the users that nobody can write by, the owner of the tables included', async () => {
      const { id, email } = await register(apps[0]!);
      await expect(operate(`SELECT * FROM auth.user_directory WHERE id = '${id}'`)).resolves.toEqual([
        { id, email, full_name: 'A', role: 'student', is_active: true },
      ]);
      for (const change of [
        `UPDATE auth.user_directory SET role = 'admin' WHERE id = '${id}'`,
        `DELETE FROM auth.user_directory WHERE id = '${id}'`,
        `INSERT INTO auth.user_directory (id) VALUES (gen_random_uuid())`,
      ])
        await expect(operate(change)).rejects.toThrow('user_directory is read only');
    });
  });

  describe('at the start', () => {
    let postgres: PostgresServer;
    let database: TestDatabase;

    beforeAll(async () => {
      postgres = await PostgresServer.start();
    });
    afterAll(() => postgres.stop());
    beforeEach(async () => {
      database = await postgres.createDatabase();
    });
    afterEach(() => database.drop());

    it('names a schema that the role may not create, and says what to run', async () => {
      await sql(database.url, 'CREATE ROLE team LOGIN');
      const url = new URL(database.url);
      url.username = 'team';
      const failure = await failureOf(migrate('test', primaryOf(url.href, SCHEMA)));
      expect(failure).toBeInstanceOf(ConfigurationError);
      expect(String(failure)).toContain('CREATE SCHEMA "auth" AUTHORIZATION');
      await sql(database.url, 'CREATE SCHEMA auth AUTHORIZATION team');
      await migrate('test', primaryOf(url.href, SCHEMA));
    });

    it.each([
      ['public', SCHEMA],
      [SCHEMA, 'public'],
    ])('does not begin anew beside the tables in %s when it names %s', async (first, second) => {
      await migrate('test', primaryOf(database.url, first));
      const failure = await failureOf(migrate('test', primaryOf(database.url, second)));
      expect(failure).toBeInstanceOf(ConfigurationError);
      expect(String(failure)).toContain(`set DATABASE_SCHEMA=${first}, or move the tables`);
      const found = await sql<{ schema: string }>(database.url, TABLES);
      expect(found.map(({ schema }) => schema)).toEqual([first]);
    });

    it('begins beside tables of a team with the same names, and beside a copy of the tables of the service', async () => {
      await sql(database.url, 'CREATE SCHEMA app; CREATE SCHEMA copy; CREATE TABLE app.users (id int)');
      await migrate('test', primaryOf(database.url, SCHEMA));
      for (const table of ['users', 'sessions', 'invalidations', 'audit_events', 'migrations'])
        await sql(database.url, `CREATE TABLE copy.${table} AS TABLE auth.${table}`);
      await expect(migrate('test', primaryOf(database.url, SCHEMA))).resolves.toBeUndefined();
    });

    it('is applied by several instances one after the other', async () => {
      await Promise.all([1, 2, 3].map(() => migrate('test', primaryOf(database.url, SCHEMA))));
      const found = await sql<{ schema: string }>(database.url, TABLES);
      expect(found.map(({ schema }) => schema)).toEqual([SCHEMA]);
    });
  });

  it('by default is public, whatever the database sets', async () => {
    const database = await createTestDatabase();
    await sql(database.url, 'CREATE SCHEMA app; CREATE TABLE app.users (id int)');
    await sql(database.url, `ALTER DATABASE ${nameOf(database)} SET search_path = app, public`);
    const app = await AppInProcess.start({ DATABASE_URL: database.url });
    const member = await register(app);
    const stored = sql(database.url, 'SELECT id FROM public.users WHERE id = $1', [member.id]);
    await expect(stored).resolves.toEqual([{ id: member.id }]);
    await app.stop();
    await database.drop();
  });

  it('is that of the embedded database too', async () => {
    const app = await AppInProcess.start({ DATABASE_SCHEMA: SCHEMA });
    const member = await register(app);
    await expect(getMe(app, member)).resolves.toBe('200');
    await expect(app.query(TABLES)).resolves.toEqual([{ schema: SCHEMA, tables: expect.any(Number) }]);
    await app.call('POST', '/api/v1/auth/logout', { token: member.token });
    await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
    await app.stop();
  });
});
