import { migrate } from '../../src/database/migrate.js';
import { createEmptyDatabase } from '../support/postgres/test-database.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { runSqlFile } from '../support/postgres/psql.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { expectAnswer, getMe, type Member, register, verdictOf } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { databaseOfSuite, redisOfSuite } from './app-suite.js';

const FILE = 'deploy/postgresql/move-schema.sql';

/** Everything that a schema has, without its name. */
async function contentOf(url: string, schema: string): Promise<string[]> {
  const rows = await sql<{ name: string }>(
    url,
    `SELECT concat_ws(' ', kind, name) AS name FROM (
      SELECT relkind::text AS kind, relname::text AS name FROM pg_class WHERE relnamespace = $1::text::regnamespace
      UNION ALL
      SELECT 'function', concat(proname, '(', replace(pg_get_function_identity_arguments(oid), concat($1::text, '.'), ''), ') ',
        replace(proconfig::text, $1::text, '')) FROM pg_proc WHERE pronamespace = $1::text::regnamespace
      UNION ALL
      SELECT 'trigger', concat(tgname, ' of ', relname) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = $1::text::regnamespace AND NOT tgisinternal
    ) AS found ORDER BY 1`,
    [schema],
  );
  return rows.map(({ name }) => name);
}

describe('move-schema.sql', () => {
  const database = databaseOfSuite();
  const redis = redisOfSuite();

  const start = async (schema: string) => {
    const app = await AppInProcess.start({
      DATABASE_URL: database.url,
      DATABASE_SCHEMA: schema,
      REDIS_URL: redis.url,
      JWT_SECRET: 'x'.repeat(64),
    });
    await app.trusted();
    return app;
  };
  const move = (from: string, to: string) => runSqlFile(database.url, FILE, { from, to });

  describe('on an installation in public, beside a table of the team that refers to it', () => {
    let app: AppInProcess;
    let members: Member[];
    let before: string[];

    beforeAll(async () => {
      app = await start('public');
      members = [await register(app), await register(app)];
      await app.call('POST', '/api/v1/auth/logout', { token: members[1]!.token });
      await sql(database.url, 'CREATE TABLE orders (user_id uuid REFERENCES users (id) ON DELETE CASCADE)');
      await sql(database.url, 'INSERT INTO orders VALUES ($1)', [members[0]!.id]);
      before = (await contentOf(database.url, 'public')).filter((name) => !/\borders\b/.test(name));
      await app.stop();
      await move('public', 'auth');
      app = await start('auth');
    });
    afterAll(() => app.stop());

    it('moves everything that a new installation has, and leaves the table of the team', async () => {
      await expect(contentOf(database.url, 'public')).resolves.toEqual(['r orders']);
      const after = await contentOf(database.url, 'auth');
      expect(after).toEqual(before);
      const empty = await createEmptyDatabase();
      await migrate('test', primaryOf(empty.url, 'auth'));
      await expect(contentOf(empty.url, 'auth')).resolves.toEqual(after);
      await empty.drop();
    });

    it('keeps the accounts, the sessions and their ends', async () => {
      await expect(getMe(app, members[0]!)).resolves.toBe('200');
      await expect(getMe(app, members[1]!)).resolves.toBe('401 token_revoked');
      const body = { refresh_token: members[0]!.refreshToken };
      await expectAnswer(app.call('POST', '/api/v1/auth/refresh', { body }), 200);
    });

    it('keeps the log of changes, also of those by SQL, and the foreign keys of the team', async () => {
      const member = await register(app);
      await sql(database.url, 'INSERT INTO orders VALUES ($1)', [member.id]);
      await sql(database.url, 'DELETE FROM auth.users WHERE id = $1', [member.id]);
      await waitFor(async () => (await verdictOf(app, member)) === 'revoked', {
        what: 'the end of the session',
      });
      await expect(sql(database.url, 'SELECT FROM orders WHERE user_id = $1', [member.id])).resolves.toEqual(
        [],
      );
      const logged = await sql(
        database.url,
        'SELECT kind FROM auth.invalidations WHERE user_id = $1 ORDER BY id',
        [member.id],
      );
      expect(logged).toContainEqual({ kind: 'user.deleted' });
    });

    it('moves them back', async () => {
      await app.stop();
      await move('auth', 'public');
      app = await start('public');
      await expect(getMe(app, members[0]!)).resolves.toBe('200');
    });
  });

  it('moves nothing when a part is missing', async () => {
    await sql(database.url, 'ALTER VIEW user_directory RENAME TO former_directory');
    await expect(move('public', 'other')).rejects.toThrow('user_directory');
    await expect(sql(database.url, `SELECT to_regnamespace('other')::text AS schema`)).resolves.toEqual([
      { schema: null },
    ]);
    await sql(database.url, 'ALTER VIEW former_directory RENAME TO user_directory');
  });
});
