import { randomUUID } from 'node:crypto';
import { expectAnswer, getMe, logIn, type Member, register, registerCached } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { accept, invite, invited, memberOf, newAddress, outcomeOf, PASSWORD } from './invitations.js';
import { keepMails, letterOf, tokenOf } from './letters.js';
import { registerAdmin } from './oauth-clients.js';
import { databaseOfSuite, redisOfSuite } from './app-suite.js';

const INVALID = '400 one_time_token_invalid';

describe('the acceptance of an invitation', () => {
  const database = databaseOfSuite();
  const redis = redisOfSuite();
  let app: AppInProcess;
  let other: AppInProcess;
  let admin: Member;

  beforeAll(async () => {
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      JWT_SECRET: randomUUID() + randomUUID(),
      REQUIRE_VERIFIED_EMAIL: 'true',
    };
    // The accounts of strangers, and of admins, have sessions before their addresses are proved.
    const open = { ...env, REQUIRE_VERIFIED_EMAIL: 'false' };
    [app, other] = await Promise.all([AppInProcess.start(open), AppInProcess.start(env)]);
    await Promise.all([app.trusted(), other.trusted()]);
    await Promise.all([keepMails(app), keepMails(other)]);
    admin = await registerAdmin(app);
  });

  const me = async ({ token }: Member) => (await other.call('GET', '/api/v1/users/me', { token })).body;
  const login = (email: string, password: string) =>
    other.call('POST', '/api/v1/auth/login/json', { body: { email, password } });
  const strangerWith = async (email: string) => {
    const account = { email, password: 'Test1234', full_name: 'Eve' };
    const { body } = await app.call('POST', '/api/v1/auth/register', { body: account });
    return logIn(app, { ...account, id: String(body['id']) });
  };

  it('gives an account with a proved address and the invited role, and what a login gives', async () => {
    const invitation = await invited(app, admin, { role: 'researcher', locale: 'de' });
    const answer = await accept(app, invitation.token, { full_name: ' Ada Lovelace ' });
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 1800,
    });
    expect(answer.headers['device-token']).toEqual(expect.any(String));
    const member = memberOf(invitation, answer);
    await expect(me(member)).resolves.toMatchObject({
      id: member.id,
      email: invitation.email,
      full_name: 'Ada Lovelace',
      role: 'researcher',
      locale: 'de',
      email_verified: true,
    });
    await expect(login(member.email, PASSWORD)).resolves.toMatchObject({ status: 200 });
    const body = { refresh_token: member.refreshToken };
    await expectAnswer(other.call('POST', '/api/v1/auth/refresh', { body }), 200);
    const { token } = member;
    await expectAnswer(other.call('POST', '/api/v1/auth/logout', { token }), 200);
    await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
  });

  it('works once', async () => {
    const { token } = await invited(app, admin);
    await expect(accept(app, token)).resolves.toMatchObject({ status: 201 });
    expect(outcomeOf(await accept(other, token))).toBe(INVALID);
  });

  it('uses no token when a field is wrong', async () => {
    const { email, token } = await invited(app, admin);
    const wrong: [object, string][] = [
      [{ password: 'short' }, 'password'],
      [{ password: email }, 'password'],
      [{ password: email.split('@')[0] }, 'password'],
      [{ password: 'Ada Lovelace' }, 'password'],
      [{ password: null }, 'password'],
      [{ full_name: '' }, 'full_name'],
      [{ full_name: 'A\u0000' }, 'full_name'],
      [{ token: '' }, 'token'],
      [{ token: 'x'.repeat(201) }, 'token'],
      [{ token: { $ne: '' } }, 'token'],
      [{ role: 'admin' }, 'role'],
      [{ email: newAddress() }, 'email'],
    ];
    for (const [body, field] of wrong)
      expect(await accept(app, token, body)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    await expect(accept(app, token)).resolves.toMatchObject({ status: 201 });
  });

  it('is refused for a token of anything else', async () => {
    const { id } = await register(app);
    const reset = tokenOf(await letterOf(app, 'reset_password', { userId: id }));
    const { token } = await invited(app, admin);
    for (const wrong of [reset, randomUUID(), `${token}A`, token.toUpperCase(), '\u{1F511}'])
      expect(outcomeOf(await accept(app, wrong))).toBe(INVALID);
    const ofInvitation = { body: { token, new_password: PASSWORD } };
    expect(outcomeOf(await app.call('POST', '/api/v1/auth/reset-password', ofInvitation))).toBe(INVALID);
  });

  it('takes over an account that a stranger has registered first, refused on every instance before the answer', async () => {
    const stranger = await registerCached(app);
    const second = await logIn(app, stranger);
    await expect(getMe(other, stranger)).resolves.toBe('200');
    const { id, token } = await invited(app, admin, {
      email: stranger.email,
      role: 'researcher',
      locale: 'fr',
    });
    const member = memberOf(stranger, await accept(app, token));
    const verdicts = await Promise.all(
      [app, other].flatMap((each) => [stranger, second].map((session) => getMe(each, session))),
    );
    expect(verdicts).toEqual(Array<string>(4).fill('401 token_revoked'));
    for (const { refreshToken } of [stranger, second]) {
      const body = { refresh_token: refreshToken };
      expect(outcomeOf(await other.call('POST', '/api/v1/auth/refresh', { body }))).toBe('401 token_revoked');
    }
    expect(outcomeOf(await login(stranger.email, stranger.password))).toBe('401 invalid_credentials');
    await expect(login(stranger.email, PASSWORD)).resolves.toMatchObject({ status: 200 });
    expect(member.id).toBe(stranger.id);
    await expect(me(member)).resolves.toMatchObject({
      full_name: 'Ada Lovelace',
      role: 'researcher',
      locale: 'fr',
      email_verified: true,
    });
    const lines = await app.query(
      `SELECT action, details FROM audit_events WHERE user_id = $1 AND action ~ 'revoked|role|accepted' ORDER BY id`,
      [member.id],
    );
    const revoked = { action: 'session.revoked', details: { reason: 'account_claimed' } };
    expect(lines).toEqual([
      { action: 'user.role_changed', details: { from: 'student', to: 'researcher' } },
      revoked,
      revoked,
      {
        action: 'invitation.accepted',
        details: { invitation_id: id, role: 'researcher', account: 'claimed' },
      },
    ]);
  });

  it('ends every one-time token of an account that it takes over', async () => {
    const stranger = await strangerWith(newAddress());
    const verify = tokenOf(await letterOf(app, 'verify_email', { userId: stranger.id }));
    const reset = tokenOf(await letterOf(app, 'reset_password', { userId: stranger.id }));
    const body = { new_email: newAddress(), current_password: stranger.password };
    await app.call('POST', '/api/v1/users/me/change-email', { token: stranger.token, body });
    const { token } = await invited(app, admin, { email: stranger.email });
    const count = async () => {
      const [row] = (await app.query('SELECT count(*)::int FROM one_time_tokens WHERE user_id = $1', [
        stranger.id,
      ])) as { count: number }[];
      return row?.count;
    };
    await expect(count()).resolves.toBe(3);
    await expect(accept(app, token)).resolves.toMatchObject({ status: 201 });
    await expect(count()).resolves.toBe(0);
    const next = { body: { token: reset, new_password: 'Test12345' } };
    expect(outcomeOf(await app.call('POST', '/api/v1/auth/reset-password', next))).toBe(INVALID);
    const proof = { body: { token: verify } };
    expect(outcomeOf(await app.call('POST', '/api/v1/auth/verify-email', proof))).toBe(INVALID);
  });

  it('takes over an account that an admin made, which had no password', async () => {
    const email = newAddress();
    const body = { email, full_name: 'A' };
    await app.call('POST', '/api/v1/users', { token: admin.token, body });
    const { token } = await invited(app, admin, { email });
    await expect(accept(app, token)).resolves.toMatchObject({ status: 201 });
    await expect(login(email, PASSWORD)).resolves.toMatchObject({ status: 200 });
  });

  it('is refused when the address got a proved account meanwhile, or a deactivated one', async () => {
    const makers = [
      (id: string) => app.query('UPDATE users SET email_verified = true WHERE id = $1', [id]),
      (id: string) =>
        app.call('PATCH', `/api/v1/users/${id}`, { token: admin.token, body: { is_active: false } }),
    ];
    for (const make of makers) {
      const { email, token } = await invited(app, admin);
      const holder = await strangerWith(email);
      await make(holder.id);
      expect(outcomeOf(await accept(app, token))).toBe('409 email_taken');
      const [user] = (await app.query('SELECT is_active, full_name FROM users WHERE id = $1', [
        holder.id,
      ])) as { is_active: boolean; full_name: string }[];
      expect(user?.full_name).toBe('Eve');
    }
  });

  it('is refused for an address that another account may get back', async () => {
    const { email, token } = await invited(app, admin);
    const { id } = await register(app);
    await app.query(
      `INSERT INTO one_time_tokens (id, purpose, digest, user_id, address, expires_at)
       VALUES ($1, 'undo_email_change', sha256('undo'), $2, $3, now() + interval '1 day')`,
      [randomUUID(), id, email],
    );
    expect(outcomeOf(await accept(app, token))).toBe('409 email_taken');
  });

  it('never takes over the account of who invited, who may be the last admin', async () => {
    const own = await registerAdmin(app);
    expect(outcomeOf(await invite(app, own, { email: own.email }))).toBe('409 email_taken');
    const { id, token } = await invited(app, admin, { email: own.email });
    await app.query('UPDATE invitations SET invited_by = $2 WHERE id = $1', [id, own.id]);
    expect(outcomeOf(await accept(app, token))).toBe('409 email_taken');
    await expect(getMe(app, own)).resolves.toBe('200');
  });

  it('opens the one session of a new account', async () => {
    const invitation = await invited(app, admin);
    const member = memberOf(invitation, await accept(app, invitation.token));
    const { body } = await app.call('GET', '/api/v1/sessions', { token: member.token });
    expect(body).toMatchObject({ total: 1, sessions: [{ id: member.sessionId, current: true }] });
  });
});
