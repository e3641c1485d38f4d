import argon2 from '@node-rs/argon2';
import { DatabaseTimeoutError } from '../../src/common/database-errors.js';
import { Problems } from '../../src/http/problem.error.js';
import { LiveUserReader } from '../../src/sessions/live-user.reader.js';
import { SessionsService } from '../../src/sessions/sessions.service.js';
import { PasswordHasher } from '../../src/users/password-hasher.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { keepMails } from './letters.js';
import { Barrier } from './barrier.js';
import { expectAnswer, logIn, register, getMe, type Member } from './accounts.js';
import { appSuite, connectedClient } from './app-suite.js';

const NEXT = 'a new horse battery';

describe('a login that overlaps', () => {
  const { app, database } = appSuite();

  beforeAll(async () => {
    // A mail that is written locks its account, too.
    await keepMails(app);
  });

  const login = ({ email, password }: Pick<Member, 'email' | 'password'>) =>
    app.call('POST', '/api/v1/auth/login/json', { body: { email, password } });
  const liveSessions = ({ id }: Member) =>
    app.query('SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [id]);

  /** A login whose password was found right, and that goes no further. */
  async function holdLogin(member: Member) {
    const barrier = new Barrier();
    const hasher = app.get(PasswordHasher);
    const verify = hasher.verify.bind(hasher);
    const held = jest.spyOn(hasher, 'verify').mockImplementationOnce(async (stored, password, ip) => {
      const matches = await verify(stored, password, ip);
      await barrier.wait();
      return matches;
    });
    const answer = login(member);
    await barrier.reached;
    held.mockRestore();
    return { barrier, answer };
  }

  it('with a change of the password opens no session', async () => {
    const member = await register(app);
    const { barrier, answer } = await holdLogin(member);
    const changed = await app.call('POST', '/api/v1/users/me/change-password', {
      token: member.token,
      body: { current_password: member.password, new_password: NEXT },
    });
    expect(changed.status).toBe(200);
    barrier.release();
    await expect(answer).resolves.toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    await expect(liveSessions(member)).resolves.toEqual([{ id: member.sessionId }]);
    await expect(login({ ...member, password: NEXT })).resolves.toMatchObject({ status: 200 });
  });

  it('with a change of the password that is not committed yet waits for the commit', async () => {
    const member = await register(app);
    const operator = await connectedClient(database.url);
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

  it('with a deactivation opens no session', async () => {
    const member = await register(app);
    const { barrier, answer } = await holdLogin(member);
    await app.query('UPDATE users SET is_active = false WHERE id = $1', [member.id]);
    barrier.release();
    const { status } = await answer;
    expect([401, 403]).toContain(status);
    await expect(liveSessions(member)).resolves.toEqual([]);
  });

  it('with the deletion of the account opens no session', async () => {
    const member = await register(app);
    const { barrier, answer } = await holdLogin(member);
    await app.query('DELETE FROM users WHERE id = $1', [member.id]);
    barrier.release();
    await expect(answer).resolves.toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
  });

  it('with a change of the password leaves no session of the old password, however both interleave', async () => {
    for (let round = 0; round < 5; round++) {
      const member = await register(app);
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
        await expect(getMe(app, { token: String(body['access_token']) })).resolves.toBe('401 token_revoked');
      }
      await expect(getMe(app, member)).resolves.toBe('200');
    }
  });

  describe('with the renewal of an outdated hash', () => {
    const outdated = (password: string) =>
      argon2.hash(password, { memoryCost: 4096, timeCost: 1, parallelism: 1 });
    const storedHash = async ({ id }: Member) => {
      const rows = await app.query('SELECT password_hash FROM users WHERE id = $1', [id]);
      return (rows as { password_hash: string }[])[0]!.password_hash;
    };
    const makeOutdated = async (member: Member) => {
      await app.query('UPDATE users SET password_hash = $2 WHERE id = $1', [
        member.id,
        await outdated(member.password),
      ]);
      expect(app.get(PasswordHasher).isOutdated(await storedHash(member))).toBe(true);
    };

    it('succeeds with the hash that the other login stored', async () => {
      const member = await register(app);
      await makeOutdated(member);
      const { barrier, answer } = await holdLogin(member);
      await expect(login(member)).resolves.toMatchObject({ status: 200 });
      expect(app.get(PasswordHasher).isOutdated(await storedHash(member))).toBe(false);
      barrier.release();
      await expect(answer).resolves.toMatchObject({ status: 200 });
    });

    it('succeeds, as do all others at the same time', async () => {
      const member = await register(app);
      await makeOutdated(member);
      const answers = await Promise.all(Array.from({ length: 6 }, () => login(member)));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
      expect(app.get(PasswordHasher).isOutdated(await storedHash(member))).toBe(false);
    });

    it('succeeds when the queue of password hashes has no room for the renewal', async () => {
      const member = await register(app);
      await makeOutdated(member);
      const busy = jest
        .spyOn(app.get(PasswordHasher), 'hash')
        .mockRejectedValueOnce(Problems.unavailable('Too many logins at the moment'));
      await expect(login(member)).resolves.toMatchObject({ status: 200 });
      expect(busy).toHaveBeenCalledTimes(1);
      busy.mockRestore();
      await expect(liveSessions(member)).resolves.toHaveLength(2);
    });

    it('fails after some attempts when the account changes each time', async () => {
      const member = await register(app);
      const open = jest.spyOn(app.get(SessionsService), 'open').mockResolvedValue(undefined);
      await expectAnswer(login(member), 401, { code: 'invalid_credentials' });
      expect(open).toHaveBeenCalledTimes(3);
      open.mockRestore();
    });
  });

  it('with an outage of the database, after its session was opened, succeeds', async () => {
    const member = await register(app);
    const read = jest
      .spyOn(app.get(LiveUserReader), 'read')
      .mockRejectedValueOnce(new DatabaseTimeoutError());
    await expect(login(member)).resolves.toMatchObject({ status: 200 });
    expect(read).toHaveBeenCalledTimes(1);
    read.mockRestore();
    await expect(liveSessions(member)).resolves.toHaveLength(2);
  });

  it('with many others opens no more sessions than the cap', async () => {
    const capped = await AppInProcess.start({ DATABASE_URL: database.url, SESSIONS_PER_USER: '3' });
    const member = await register(capped);
    const loggedIn = await Promise.all(Array.from({ length: 8 }, () => logIn(capped, member)));
    await expect(liveSessions(member)).resolves.toHaveLength(3);
    const verdicts = await Promise.all([member, ...loggedIn].map((each) => getMe(capped, each)));
    expect(verdicts.filter((verdict) => verdict === '200')).toHaveLength(3);
    await capped.stop();
  });
});
