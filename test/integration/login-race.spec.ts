import pg from 'pg';
import { PasswordHasher } from '../../src/users/password-hasher.service.js';
import { sql } from '../support/sql.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { Gate } from './gate.js';
import { enter, join, me, type Member } from './members.js';

const { jest } = import.meta;

const NEXT = 'a new horse battery';

describe('a login that overlaps', () => {
  let database: TestDatabase;
  let app: AppInProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await AppInProcess.start({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  const login = ({ email, password }: Pick<Member, 'email' | 'password'>) =>
    app.call('POST', '/api/v1/auth/login/json', { body: { email, password } });
  const liveSessions = ({ id }: Member) =>
    app.query('SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [id]);

  /** A login whose password was found right, and that goes no further. */
  async function holdLogin(member: Member) {
    const gate = new Gate();
    const hasher = app.get(PasswordHasher);
    const verify = hasher.verify.bind(hasher);
    const held = jest.spyOn(hasher, 'verify').mockImplementationOnce(async (stored, password) => {
      const matches = await verify(stored, password);
      await gate.pass();
      return matches;
    });
    const answer = login(member);
    await gate.reached;
    held.mockRestore();
    return { gate, answer };
  }

  it('with a change of the password does not survive it', async () => {
    const member = await join(app);
    const { gate, answer } = await holdLogin(member);
    const changed = await app.call('POST', '/api/v1/users/me/change-password', {
      token: member.token,
      body: { current_password: member.password, new_password: NEXT },
    });
    expect(changed.status).toBe(200);
    gate.open();
    await expect(answer).resolves.toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    await expect(liveSessions(member)).resolves.toEqual([{ id: member.sessionId }]);
    await expect(login({ ...member, password: NEXT })).resolves.toMatchObject({ status: 200 });
  });

  it('with a change of the password that is not committed yet waits for it', async () => {
    const member = await join(app);
    const operator = new pg.Client({ connectionString: database.url });
    await operator.connect();
    await operator.query('BEGIN');
    await operator.query(`UPDATE users SET password_hash = 'changed' WHERE id = $1`, [member.id]);
    const answer = login(member);
    const waiting = () =>
      sql(
        database.url,
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
    await waitFor(async () => (await waiting()).length === 1, { what: 'the login to wait for the change' });
    await operator.query('COMMIT');
    await operator.end();
    await expect(answer).resolves.toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    await expect(liveSessions(member)).resolves.toEqual([{ id: member.sessionId }]);
  });

  it('with a deactivation does not survive it', async () => {
    const member = await join(app);
    const { gate, answer } = await holdLogin(member);
    await app.query('UPDATE users SET is_active = false WHERE id = $1', [member.id]);
    gate.open();
    const { status } = await answer;
    expect([401, 403]).toContain(status);
    await expect(liveSessions(member)).resolves.toEqual([]);
  });

  it('with the deletion of the account does not survive it', async () => {
    const member = await join(app);
    const { gate, answer } = await holdLogin(member);
    await app.query('DELETE FROM users WHERE id = $1', [member.id]);
    gate.open();
    await expect(answer).resolves.toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
  });

  it('with a change of the password leaves no session of the old one, however they interleave', async () => {
    for (let round = 0; round < 5; round++) {
      const member = await join(app);
      const logins = Array.from({ length: 4 }, () => login(member));
      const change = app.call('POST', '/api/v1/users/me/change-password', {
        token: member.token,
        body: { current_password: member.password, new_password: NEXT },
      });
      const answers = await Promise.all(logins);
      expect((await change).status).toBe(200);
      await expect(liveSessions(member)).resolves.toEqual([{ id: member.sessionId }]);
      for (const { status, body } of answers.filter((answer) => answer.status === 200)) {
        expect(status).toBe(200);
        await expect(me(app, { token: String(body['access_token']) })).resolves.toBe('401 token_revoked');
      }
      await expect(me(app, member)).resolves.toBe('200');
    }
  });

  it('with many others opens no more sessions than the cap', async () => {
    const capped = await AppInProcess.start({ DATABASE_URL: database.url, SESSIONS_PER_USER: '3' });
    const member = await join(capped);
    const entered = await Promise.all(Array.from({ length: 8 }, () => enter(capped, member)));
    await expect(liveSessions(member)).resolves.toHaveLength(3);
    const verdicts = await Promise.all([member, ...entered].map((each) => me(capped, each)));
    expect(verdicts.filter((verdict) => verdict === '200')).toHaveLength(3);
    await capped.stop();
  });
});
