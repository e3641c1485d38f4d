import type pg from 'pg';
import { isDatabaseOutage } from '../../src/common/database-errors.js';
import { HotStatements, type Run } from '../../src/database/hot-statements.js';
import { PATIENT } from '../support/app/patient.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { AppInProcess } from './app-in-process.js';
import { register } from './accounts.js';

const STATEMENT = { name: 'echo', text: 'SELECT $1::int AS value, pg_backend_pid() AS connection' };
type Row = { value: number; connection: number };
const ADD_USER = {
  name: 'add_user',
  text: `INSERT INTO users (email, password_hash, full_name, role) VALUES ($1, 'x', 'A', 'student') RETURNING 1`,
};
const COUNT_USERS = { name: 'count_users', text: 'SELECT count(*)::int AS users FROM users' };
const LOSE_CONNECTION = { name: 'lose_connection', text: 'SELECT pg_terminate_backend(pg_backend_pid())' };

describe('hot statements', () => {
  const echo = (app: AppInProcess, value: unknown) => app.get(HotStatements).run<Row>(STATEMENT, [value]);
  const refresh = async (app: AppInProcess, refresh_token: unknown) =>
    app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token } });
  const loseConnection = async (app: AppInProcess) => {
    const { pool } = app.get(HotStatements) as unknown as { pool: pg.Pool };
    (await pool.connect()).release(true);
  };

  it('are prepared once per connection, also those of a login, a refresh and a read on a cache miss', async () => {
    const database = await createTestDatabase();
    const app = await AppInProcess.start({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' });
    const member = await register(app);
    const { body } = await refresh(app, member.refreshToken);
    await expect(refresh(app, body['refresh_token'])).resolves.toMatchObject({ status: 200 });
    await expect(echo(app, 1)).resolves.toMatchObject([{ value: 1 }]);
    await expect(echo(app, 2)).resolves.toMatchObject([{ value: 2 }]);
    // Background tasks, and the sender of the mails of the registration, run others.
    const names = [
      'credentials',
      'echo',
      'end_oldest_sessions',
      'live_user',
      'note_audit_event',
      'open_session',
      'rotate_session',
    ];
    await expect(
      app.query(
        `SELECT name, generic_plans + custom_plans AS runs FROM pg_prepared_statements WHERE name = ANY($1) ORDER BY name`,
        [names],
      ),
    ).resolves.toEqual([
      { name: 'credentials', runs: '1' },
      { name: 'echo', runs: '2' },
      { name: 'end_oldest_sessions', runs: '1' },
      { name: 'live_user', runs: expect.stringMatching(/^[1-9]/) },
      { name: 'note_audit_event', runs: '1' },
      { name: 'open_session', runs: '1' },
      { name: 'rotate_session', runs: '2' },
    ]);
    await app.stop();
    await database.drop();
  });

  it('give their connection back when they fail', async () => {
    const database = await createTestDatabase();
    const app = await AppInProcess.start({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' });
    await expect(echo(app, 'no number')).rejects.toThrow('invalid input syntax');
    await expect(echo(app, 3)).resolves.toMatchObject([{ value: 3 }]);
    await app.stop();
    await database.drop();
  });

  describe('in a transaction', () => {
    const users = async (app: AppInProcess) => app.get(HotStatements).run(COUNT_USERS, []);
    const addUserAnd = (app: AppInProcess, then: (run: Run) => Promise<unknown>) =>
      app.get(HotStatements).transaction(async ({ run }) => {
        await run(ADD_USER, ['a@example.org']);
        await expect(run(COUNT_USERS, [])).resolves.toEqual([{ users: 1 }]);
        return then(run);
      });

    it.each(['a server', 'the embedded database'])(
      'are rolled back or committed together on %s',
      async (place) => {
        const database = await createTestDatabase();
        const app = await AppInProcess.start(
          place === 'a server'
            ? { DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1', ...PATIENT }
            : PATIENT,
        );
        const undone = new Error('undone');
        await expect(addUserAnd(app, () => Promise.reject(undone))).rejects.toBe(undone);
        await expect(users(app)).resolves.toEqual([{ users: 0 }]);
        await expect(addUserAnd(app, (run) => run(STATEMENT, ['no number']))).rejects.toThrow(
          'invalid input',
        );
        await expect(users(app)).resolves.toEqual([{ users: 0 }]);
        await expect(addUserAnd(app, () => Promise.resolve('kept'))).resolves.toBe('kept');
        await expect(users(app)).resolves.toEqual([{ users: 1 }]);
        await app.stop();
        await database.drop();
      },
    );

    it('are rolled back when their connection is lost, and the next connection works', async () => {
      const database = await createTestDatabase();
      const app = await AppInProcess.start({ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' });
      const failure = addUserAnd(app, (run) => run(LOSE_CONNECTION, [])).catch(isDatabaseOutage);
      await expect(failure).resolves.toBe(true);
      await expect(users(app)).resolves.toEqual([{ users: 0 }]);
      await app.stop();
      await database.drop();
    });
  });

  it('run on each new connection to a server and to the embedded database', async () => {
    const database = await createTestDatabase();
    const places: Record<string, string>[] = [{ DATABASE_URL: database.url, DATABASE_POOL_SIZE: '1' }, {}];
    for (const place of places) {
      const app = await AppInProcess.start({ ...place, ...PATIENT });
      for (const value of [4, 5]) {
        await expect(echo(app, value)).resolves.toMatchObject([{ value }]);
        await loseConnection(app);
      }
      await app.stop();
    }
    await database.drop();
  });
});
