import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { CommandsService } from '../../src/commands/commands.service.js';
import { SERVICE_ACTOR } from '../../src/common/actor.js';
import { migrate } from '../../src/database/migrate.js';
import type { ProblemError } from '../../src/http/problem.error.js';
import { problemOfDeletion } from '../../src/users/referenced-account.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { runSqlFile } from '../support/postgres/psql.js';
import { sql } from '../support/postgres/sql.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { type Member, register, verdictOf } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

const DATABASE = 'shared';
const DELETE = { name: 'delete_account_of_test', text: 'DELETE FROM users WHERE id = $1' };

/** As docs/postgresql.md shows it, by the superuser. */
const ROLE_OF_TEAM = [
  'CREATE ROLE team LOGIN',
  `GRANT CONNECT ON DATABASE ${DATABASE} TO team`,
  'CREATE SCHEMA app AUTHORIZATION team',
  'GRANT USAGE ON SCHEMA auth TO team',
  'GRANT REFERENCES (id) ON auth.users TO team',
  'GRANT SELECT ON auth.user_directory TO team',
];

/** The tables of a second application, by its own migrations and role. */
class CreateOrders1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.carts (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE
      );
      CREATE TABLE app.reviews (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id uuid REFERENCES auth.users (id) ON DELETE SET NULL
      );
      CREATE TABLE app.invoices (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE RESTRICT
      );
      CREATE TABLE app.payments (
        id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES auth.users (id) DEFERRABLE INITIALLY DEFERRED
      );
      -- The names of the service are free.
      CREATE TABLE app.users (id int);
      CREATE TABLE app.sessions (id int);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE app.carts, app.reviews, app.invoices, app.payments, app.users, app.sessions',
    );
  }
}

describe("a team's tables in the schema app, beside those of the service in auth", () => {
  let postgres: PostgresServer;
  let redis: TestRedis;
  let app: AppInProcess;
  let team: DataSource;

  const urlOf = (role: string) => `postgresql://${role}@127.0.0.1:${postgres.port}/${DATABASE}`;

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([PostgresServer.start(), createTestRedis()]);
    await postgres.query(`CREATE DATABASE ${DATABASE}`);
    await runSqlFile(urlOf('postgres'), 'deploy/postgresql/roles.sql', { schema: 'auth' });
    await migrate('test', primaryOf(urlOf('ergodrive_owner'), 'auth'));
    for (const statement of ROLE_OF_TEAM) await sql(urlOf('postgres'), statement);
    team = new DataSource({
      type: 'postgres',
      url: urlOf('team'),
      schema: 'app',
      migrations: [CreateOrders1700000000000],
    });
    await team.initialize();
    await team.runMigrations();
    app = await AppInProcess.start({
      DATABASE_URL: urlOf('ergodrive_service'),
      DATABASE_SCHEMA: 'auth',
      REDIS_URL: redis.url,
    });
    await app.trusted();
  }, 120_000);
  afterAll(async () => {
    await app.stop();
    await team.destroy();
    await redis.stop();
    await postgres.stop();
  });

  const refer = (table: string, { id }: Member) =>
    team.query(`INSERT INTO app.${table} (user_id) VALUES ($1)`, [id]);
  const rowsOf = (table: string, { id }: Member) =>
    team.query<unknown[]>(`SELECT FROM app.${table} WHERE user_id = $1`, [id]);
  /** As a command of the service deletes an account. */
  const remove = ({ id }: Member) =>
    app
      .get(CommandsService)
      .run(SERVICE_ACTOR, [id], (command) => command.run(DELETE, [id]))
      .catch((error: unknown) => {
        throw problemOfDeletion(error);
      });

  it('have a list of migrations of their own', async () => {
    const lists = await sql<{ schema: string }>(
      urlOf('postgres'),
      `SELECT schemaname AS schema FROM pg_tables WHERE tablename = 'migrations' ORDER BY 1`,
    );
    expect(lists).toEqual([{ schema: 'app' }, { schema: 'auth' }]);
    await team.undoLastMigration();
    await team.runMigrations();
    await expect(migrate('test', primaryOf(urlOf('ergodrive_service'), 'auth'))).resolves.toBeUndefined();
  });

  it('join the directory of the users', async () => {
    const member = await register(app);
    await refer('carts', member);
    const joined = `
      SELECT email, full_name, role, is_active FROM app.carts JOIN auth.user_directory AS owner ON owner.id = user_id WHERE user_id = $1`;
    await expect(team.query(joined, [member.id])).resolves.toEqual([
      { email: member.email, full_name: 'A', role: 'student', is_active: true },
    ]);
  });

  it.each([
    'SELECT password_hash FROM auth.users',
    'SELECT FROM auth.sessions',
    'SELECT FROM auth.audit_events',
    'DELETE FROM auth.users',
    `UPDATE auth.user_directory SET role = 'admin'`,
    'CREATE TABLE auth.more ()',
    'DROP VIEW auth.user_directory',
  ])('give their role no more than they need: %s is refused', async (statement) => {
    await expect(team.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('are out of reach of the role of the service', async () => {
    await expect(sql(urlOf('ergodrive_service'), 'SELECT FROM app.carts')).rejects.toThrow(
      'permission denied',
    );
  });

  it('lose what belongs to a deleted account, and keep what only names it', async () => {
    const member = await register(app);
    await refer('carts', member);
    await refer('reviews', member);
    await remove(member);
    await expect(rowsOf('carts', member)).resolves.toEqual([]);
    await expect(
      team.query('SELECT count(*)::int AS kept FROM app.reviews WHERE user_id IS NULL'),
    ).resolves.toEqual([{ kept: 1 }]);
    await waitFor(async () => (await verdictOf(app, member)) === 'revoked', { what: 'the refusal' });
  });

  it.each(['invoices', 'payments'])(
    'keep an account to which a row of %s refers: the answer is 409, and nothing is changed',
    async (table) => {
      const member = await register(app);
      await refer('carts', member);
      await refer(table, member);
      const failure: unknown = await remove(member).catch((error: unknown) => error);
      expect((failure as ProblemError).problem).toMatchObject({ status: 409, code: 'account_referenced' });
      await expect(verdictOf(app, member)).resolves.toBe('student');
      await expect(rowsOf('carts', member)).resolves.toHaveLength(1);
      await team.query(`DELETE FROM app.${table} WHERE user_id = $1`, [member.id]);
      await remove(member);
    },
  );

  it('may be changed in a long transaction meanwhile: logins, refreshes and changes of the account go on', async () => {
    const member = await register(app);
    const runner = team.createQueryRunner();
    await runner.startTransaction();
    await runner.query('INSERT INTO app.carts (user_id) VALUES ($1)', [member.id]);
    const refreshed = await app.call('POST', '/api/v1/auth/refresh', {
      body: { refresh_token: member.refreshToken },
    });
    expect(refreshed.status).toBe(200);
    const token = String(refreshed.body['access_token']);
    const renamed = await app.call('PATCH', '/api/v1/users/me', { token, body: { full_name: 'B' } });
    expect(renamed.status).toBe(200);
    await runner.rollbackTransaction();
    await runner.release();
  });
});
