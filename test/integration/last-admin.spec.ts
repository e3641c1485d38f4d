import pg from 'pg';
import { waitFor } from '../support/wait-for.js';
import { keepMails } from './letters.js';
import { logIn, register, verdictOf, type Member } from './accounts.js';
import { appSuite, connectedClient } from './app-suite.js';

describe('the last two admins', () => {
  // A request waits here until the other one waits, too.
  const { app, database } = appSuite({ DATABASE_TIMEOUT_MS: '20000' });
  let operator: pg.Client;
  let admins: [Member, Member];

  beforeAll(async () => {
    // A mail that is written locks its account, too.
    await keepMails(app);
    operator = await connectedClient(database.url);
  });
  beforeEach(async () => {
    await operator.query(`UPDATE users SET role = 'student'`);
    admins = [await register(app), await register(app)];
    await operator.query(`UPDATE users SET role = 'admin' WHERE id = ANY($1)`, [admins.map(({ id }) => id)]);
    // A change by hand reaches the cache by way of the log.
    for (const admin of admins) {
      await waitFor(async () => (await verdictOf(app, admin)) === 'admin', {
        what: 'the promotion to be applied',
      });
    }
  });

  const remaining = async () => {
    const { rows } = await operator.query(`SELECT id FROM users WHERE role = 'admin' AND is_active`);
    return rows.length;
  };
  const waiting = async () => {
    const { rows } = await operator.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length;
  };

  it.each([
    ['demoted', { role: 'student' }, { role: 'researcher' }],
    ['deactivated', { is_active: false }, { is_active: false }],
    ['demoted and deactivated', { role: 'student' }, { is_active: false }],
  ])('cannot both be %s at once', async (_, first, second) => {
    // Each concerns its own caller, so that none fails for the other. Both requests are admitted and then wait for the same rows, as in the tightest race there is.
    const blocker = await connectedClient(database.url);
    await blocker.query('BEGIN');
    await blocker.query(`SELECT 1 FROM users WHERE role = 'admin' FOR UPDATE`);
    const answers = [first, second].map((body, index) => {
      const admin = admins[index];
      return app.call('PATCH', `/api/v1/users/${admin?.id}`, { token: admin?.token ?? '', body });
    });
    await waitFor(async () => (await waiting()) === 2, { what: 'both to wait' });
    await blocker.query('COMMIT');
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 409]);
    await expect(remaining()).resolves.toBe(1);
    await blocker.end();
  });

  it('may be demoted until one of them is left', async () => {
    const [one, other] = admins;
    const demote = (by: Member, { id }: Member) =>
      app.call('PATCH', `/api/v1/users/${id}`, { token: by.token, body: { role: 'student' } });
    await expect(demote(one, one)).resolves.toMatchObject({ status: 200, body: { role: 'student' } });
    await expect(demote(one, other)).resolves.toMatchObject({ status: 403 });
    await expect(demote(other, other)).resolves.toMatchObject({ status: 409, body: { code: 'last_admin' } });
    await expect(logIn(app, other)).resolves.toBeDefined();
  });
});
