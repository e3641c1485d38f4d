import { MailFolder, type ReceivedMail, tokenOf } from '../support/mail/mail-folder.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { expectAnswer, getMe, type Member, register } from './accounts.js';
import { type Answer, AppInProcess } from './app-in-process.js';
import { registerAdmin } from './oauth-clients.js';

const END = 'account/end-sessions';
const FIREFOX = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:132.0) Gecko/20100101 Firefox/132.0';
const NEXT = 'a new horse battery';
const HOME = '192.0.2.1';

describe('a notice', () => {
  let database: TestDatabase;
  let mails: MailFolder;
  let app: AppInProcess;

  const start = (more: Readonly<Record<string, string>> = {}) =>
    AppInProcess.start({ DATABASE_URL: database.url, TRUSTED_PROXIES: '1', ...mails.variables, ...more });

  beforeAll(async () => {
    [database, mails] = await Promise.all([createTestDatabase(), MailFolder.make()]);
    app = await start();
  });
  afterAll(async () => {
    await mails.remove();
  });

  /** One application alone, so that it sends all mails. */
  const restart = async (more: Readonly<Record<string, string>>) => {
    await app.stop();
    app = await start(more);
  };
  const logIn = (
    { email, password }: Pick<Member, 'email' | 'password'>,
    { ip = HOME, agent = FIREFOX, device = '' } = {},
  ): Promise<Answer> =>
    app.call('POST', '/api/v1/auth/login/json', {
      body: { email, password },
      headers: { 'x-forwarded-for': ip, 'user-agent': agent, ...(device && { 'device-token': device }) },
    });
  const rest = ({ email }: Pick<Member, 'email'>) => mails.rest(email, database.url);
  const kindsOf = async (member: Member) => (await rest(member)).map(({ kind }) => kind).sort();
  /** A new account that has logged in from home, and whose mails so far were read. */
  const newMember = async (): Promise<Member> => {
    const member = await register(app);
    await app.query('DELETE FROM sessions WHERE user_id = $1', [member.id]);
    const { body } = await logIn(member);
    await rest(member);
    const [token, refreshToken] = [String(body['access_token']), String(body['refresh_token'])];
    return { ...member, token, refreshToken };
  };
  const changePassword = ({ token, password }: Member, current = password) =>
    app.call('POST', '/api/v1/users/me/change-password', {
      token,
      body: { current_password: current, new_password: NEXT },
    });
  const endSessions = (mail: ReceivedMail) =>
    app.call('POST', '/api/v1/auth/end-sessions', { body: { token: tokenOf(mail, END) } });
  const refresh = (refresh_token: string) =>
    app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token } });

  describe('of a login', () => {
    it('from a new device names the device, the time and the network, and its link ends every session and the password', async () => {
      const member = await newMember();
      const { body } = await logIn(member, { ip: '203.0.113.9', agent: 'curl/8.14.1' });
      const thief = { token: String(body['access_token']) };
      const mail = await mails.open(member.email, END);
      expect(mail.kind).toBe('new_device');
      for (const part of ['curl 8', '203.0.113.9', 'UTC']) expect(mail.text).toContain(part);
      await expect(endSessions(mail)).resolves.toMatchObject({ status: 200 });
      for (const session of [member, thief])
        await expect(getMe(app, session)).resolves.toBe('401 token_revoked');
      await expect(logIn(member)).resolves.toMatchObject({ status: 401 });
      const token = await mails.token(member.email, 'account/reset-password');
      const reset = { token, new_password: NEXT };
      await expectAnswer(app.call('POST', '/api/v1/auth/reset-password', { body: reset }), 200);
      await expect(endSessions(mail)).resolves.toMatchObject({ body: { code: 'one_time_token_invalid' } });
      await expect(logIn({ ...member, password: NEXT })).resolves.toMatchObject({ status: 200 });
    });

    it('is sent for another network, and for another user agent', async () => {
      for (const elsewhere of [{ ip: '203.0.113.9' }, { agent: 'curl/8.14.1' }]) {
        const member = await newMember();
        await logIn(member, elsewhere);
        await expect(kindsOf(member)).resolves.toEqual(['new_device']);
        // It is known now.
        await logIn(member, elsewhere);
        await expect(kindsOf(member)).resolves.toEqual([]);
      }
    });

    it('is not sent for the first login, for one from home, for one of the same IPv6 network, nor for a wrong password', async () => {
      const member = await newMember();
      await logIn(member);
      await logIn({ ...member, password: 'wrong-Test1234' }, { ip: '203.0.113.9' });
      await app.query('DELETE FROM sessions WHERE user_id = $1', [member.id]);
      await logIn(member, { ip: '2001:db8::1' });
      await logIn(member, { ip: '2001:db8::ffff' });
      await expect(kindsOf(member)).resolves.toEqual([]);
    });

    it('is not sent for a device token of the account, and is for one of another account', async () => {
      const [member, other] = [await newMember(), await newMember()];
      const deviceOf = async (account: Member) => String((await logIn(account)).headers['device-token']);
      await logIn(member, { ip: '203.0.113.9', device: await deviceOf(member) });
      await expect(kindsOf(member)).resolves.toEqual([]);
      await logIn(member, { ip: '203.0.113.10', device: await deviceOf(other) });
      await expect(kindsOf(member)).resolves.toEqual(['new_device']);
    });

    it('says nothing that a stranger wrote into the user agent', async () => {
      const member = await newMember();
      await logIn(member, { agent: 'www.evil.example/1 <a href="https://evil.example">Your account' });
      const { text } = await mails.open(member.email, END);
      expect(text).not.toMatch(/evil|href/);
    });

    it('works also after a thief changed the password and the address', async () => {
      const member = await newMember();
      await logIn(member, { ip: '203.0.113.9' });
      const mail = await mails.open(member.email, END);
      await changePassword(member);
      await app.query(`UPDATE users SET email = id || '@thief.example' WHERE id = $1`, [member.id]);
      await expect(endSessions(mail)).resolves.toMatchObject({ status: 200 });
      await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
    });
  });

  it('of a changed password is sent with the change and with a reset, and not with a refusal', async () => {
    const member = await newMember();
    await expect(changePassword(member, 'wrong-Test1234')).resolves.toMatchObject({ status: 403 });
    await expect(kindsOf(member)).resolves.toEqual([]);
    await expect(changePassword(member)).resolves.toMatchObject({ status: 200 });
    await expect(kindsOf(member)).resolves.toEqual(['password_changed']);
    await app.call('POST', '/api/v1/auth/forgot-password', { body: { email: member.email } });
    const token = await mails.token(member.email, 'account/reset-password');
    await app.call('POST', '/api/v1/auth/reset-password', {
      body: { token, new_password: 'one more horse' },
    });
    await expect(kindsOf(member)).resolves.toEqual(['password_changed']);
  });

  it('of a refresh token that was used twice is sent once for its session', async () => {
    const member = await newMember();
    await app.query('UPDATE sessions SET rotated_user_agent = $2 WHERE user_id = $1', [member.id, '']);
    await expect(refresh(member.refreshToken)).resolves.toMatchObject({ status: 200 });
    const { refreshToken } = member;
    await app.query(`UPDATE sessions SET rotated_at = now() - interval '1 hour' WHERE user_id = $1`, [
      member.id,
    ]);
    for (let count = 0; count < 3; count++)
      await expect(refresh(refreshToken)).resolves.toMatchObject({ body: { code: 'token_revoked' } });
    await expect(kindsOf(member)).resolves.toEqual(['refresh_token_reuse']);
  });

  it('of a deactivation is sent in the language of the account, and has no link', async () => {
    const [member, admin] = [await newMember(), await registerAdmin(app)];
    await app.call('PATCH', '/api/v1/users/me', { token: member.token, body: { locale: 'de' } });
    const set = (is_active: boolean) =>
      app.call('PATCH', `/api/v1/users/${member.id}`, { token: admin.token, body: { is_active } });
    await set(false);
    const [mail] = await rest(member);
    expect(mail).toMatchObject({ kind: 'account_deactivated', links: [] });
    expect(mail?.text).toContain('Konto');
    await set(true);
    await expect(kindsOf(member)).resolves.toEqual([]);
  });

  it('is sent three times in a quarter of an hour for a kind and account, and every login succeeds all the same', async () => {
    await restart({ RATE_LIMIT_ENABLED: 'true' });
    const [member, other] = [await newMember(), await newMember()];
    for (let count = 0; count < 6; count++) {
      const answer = await logIn(member, { ip: `203.0.113.${count}` });
      expect(answer.status).toBe(200);
    }
    await expect(kindsOf(member)).resolves.toEqual(Array.from({ length: 3 }, () => 'new_device'));
    await logIn(other, { ip: '203.0.113.1' });
    await expect(kindsOf(other)).resolves.toEqual(['new_device']);
    await changePassword(member);
    await expect(kindsOf(member)).resolves.toEqual(['password_changed']);
    const { payload } = await app.app.inject('/metrics');
    expect(payload).toContain('ergodrive_rate_limit_refusals_total{limit="notice-new-device"} 3');
  });

  it('that is switched off is not sent', async () => {
    await restart({ NOTICES: 'password_changed' });
    const member = await newMember();
    await logIn(member, { ip: '203.0.113.9' });
    await changePassword(member);
    await expect(kindsOf(member)).resolves.toEqual(['password_changed']);
  });
});
