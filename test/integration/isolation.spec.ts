import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { keepMails } from './letters.js';
import { logIn, register, verdictOf } from './accounts.js';
import { connectedClient, databaseOfSuite } from './app-suite.js';

const NEXT = 'a new horse battery';

describe('with another default isolation level of the database', () => {
  const database = databaseOfSuite();
  let app: AppInProcess;

  beforeAll(async () => {
    const name = new URL(database.url).pathname.slice(1);
    await sql(database.url, `ALTER DATABASE ${name} SET default_transaction_isolation = 'repeatable read'`);
    app = await AppInProcess.start({
      DATABASE_URL: database.url,
      // A login waits here until a change of the password has hashed both.
      DATABASE_TIMEOUT_MS: '20000',
      SESSIONS_PER_USER: '2',
    });
    // A mail that is written locks its account, too.
    await keepMails(app);
  });

  const waiting = () =>
    sql(
      database.url,
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );

  it('each connection of the pool is READ COMMITTED', async () => {
    const others = await sql<{ level: string }>(
      database.url,
      `SELECT current_setting('transaction_isolation') AS level`,
    );
    expect(others).toEqual([{ level: 'repeatable read' }]);
    const level = `SELECT current_setting('transaction_isolation') AS level, pg_backend_pid() AS pid, pg_sleep(0.1)`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => app.query(level)));
    const rows = answers.flat() as { level: string; pid: number }[];
    expect(new Set(rows.map(({ pid }) => pid)).size).toBeGreaterThan(1);
    expect(new Set(rows.map((row) => row.level))).toEqual(new Set(['read committed']));
  });

  it('a login with the old password does not survive an overlapping change of the password', async () => {
    const oldest = await register(app);
    const changer = await logIn(app, oldest);
    const operator = await connectedClient(database.url);
    await operator.query('BEGIN');
    await operator.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [oldest.sessionId]);
    // The login has opened its session, and waits for the oldest one, which it is about to end.
    const loggedIn = logIn(app, oldest);
    await waitFor(async () => (await waiting()).length === 1, { what: 'the login to wait' });
    const changed = app.call('POST', '/api/v1/users/me/change-password', {
      token: changer.token,
      body: { current_password: oldest.password, new_password: NEXT },
    });
    await waitFor(async () => (await waiting()).length === 2, { what: 'the change to wait' });
    await operator.query('COMMIT');
    await operator.end();
    const late = await loggedIn;
    await expect(changed).resolves.toMatchObject({ status: 200 });
    await expect(verdictOf(app, late)).resolves.toBe('revoked');
    await expect(verdictOf(app, changer)).resolves.toBe('student');
  });
});
