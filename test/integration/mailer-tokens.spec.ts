import { createTestDatabase } from '../support/postgres/test-database.js';
import { randomUUID } from 'node:crypto';
import { basic, type OAuthClient } from '../support/app/oauth-client.js';
import { expectAnswer, getMe, type Member, register } from './accounts.js';
import { type Answer, AppInProcess } from './app-in-process.js';
import { letterOf, tokenOf } from './letters.js';
import { limitKey } from './limit-key.js';
import { endClient, registerAdmin, registerClient } from './oauth-clients.js';
import { appSuite } from './app-suite.js';

const NEXT = 'a new horse battery';

describe('a one-time token for a mailer of its own', () => {
  // Nothing of mails is configured.
  const { app } = appSuite({ NODE_ENV: 'production', PASSWORD_REFUSE_COMMON: 'false' });
  let admin: Member;
  let client: OAuthClient;

  beforeAll(async () => {
    admin = await registerAdmin(app);
    client = await registerClient(app, admin, 'mailer', ['one_time_tokens']);
  });

  type Issuer = { token: string } | OAuthClient;
  const send = (path: string, by: Issuer | undefined, body: object) => {
    if (by === undefined) return app.call('POST', path, { body });
    const how = 'token' in by ? { token: by.token } : { headers: { authorization: basic(by) } };
    return app.call('POST', path, { body, ...how });
  };
  const issue = (id: string, purpose: unknown = 'reset_password', by: Issuer | undefined = client) =>
    send(`/api/v1/users/${id}/one-time-token`, by, { purpose });
  const issued = async (id: string, purpose = 'reset_password', by: Issuer = client) => {
    const answer = await issue(id, purpose, by);
    expect(answer.status).toBe(201);
    return String(answer.body['token']);
  };
  const reset = (token: string) =>
    app.call('POST', '/api/v1/auth/reset-password', { body: { token, new_password: NEXT } });
  const verify = (token: string) => app.call('POST', '/api/v1/auth/verify-email', { body: { token } });
  const INVALID = { status: 400, body: { code: 'one_time_token_invalid' } };
  const change = (id: string, body: object): Promise<Answer> =>
    app.call('PATCH', `/api/v1/users/${id}`, { token: admin.token, body });

  it('sets a new password once, for an admin and for a client with the scope, without mail', async () => {
    for (const by of [admin, client]) {
      const member = await register(app);
      const { status, body, headers } = await issue(member.id, 'reset_password', by);
      expect({ status, body, cache: headers['cache-control'] }).toEqual({
        status: 201,
        body: { token: expect.stringMatching(/^[\w-]{43}$/), expires_at: expect.any(String) },
        cache: 'no-store',
      });
      const minutes = (Date.parse(String(body['expires_at'])) - Date.now()) / 60_000;
      expect(Math.round(minutes)).toBe(10);
      await expect(reset(String(body['token']))).resolves.toMatchObject({ status: 200 });
      await expect(getMe(app, member)).resolves.toBe('401 token_revoked');
      await expect(reset(String(body['token']))).resolves.toMatchObject(INVALID);
    }
  });

  it('proves an address, and is good for nothing else', async () => {
    const member = await register(app);
    const token = await issued(member.id, 'verify_email');
    await expect(reset(token)).resolves.toMatchObject(INVALID);
    await expect(verify(token)).resolves.toMatchObject({ status: 200 });
    const { body } = await app.call('GET', '/api/v1/users/me', { token: member.token });
    expect(body['email_verified']).toBe(true);
  });

  it('ends the earlier ones of its purpose, also that of a mail of the service', async () => {
    const { id } = await register(app);
    const earlier = tokenOf(await letterOf(app, 'reset_password', { userId: id }));
    const other = await issued(id, 'verify_email');
    const first = await issued(id);
    const second = await issued(id, 'reset_password', admin);
    for (const ended of [earlier, first]) await expect(reset(ended)).resolves.toMatchObject(INVALID);
    await expect(reset(second)).resolves.toMatchObject({ status: 200 });
    await expect(verify(other)).resolves.toMatchObject(INVALID);
  });

  it('is in the audit trail with who asked and what for, and without the token', async () => {
    const { id } = await register(app);
    const tokens = [await issued(id), await issued(id, 'verify_email', admin)];
    const lines = await app.query(
      `SELECT actor_id, details FROM audit_events WHERE user_id = $1 AND action = 'user.one_time_token_issued' ORDER BY id`,
      [id],
    );
    expect(lines).toEqual([
      { actor_id: null, details: { purpose: 'reset_password', client_id: client.id } },
      { actor_id: admin.id, details: { purpose: 'verify_email' } },
    ]);
    const [dump] = (await app.query(
      `SELECT (SELECT json_agg(t) FROM one_time_tokens t)::text || (SELECT json_agg(a) FROM audit_events a)::text AS text`,
    )) as { text: string }[];
    for (const token of tokens) expect(dump?.text).not.toContain(token);
  });

  it('for the password of an admin is refused to a client, and given to an admin', async () => {
    const other = await registerAdmin(app);
    await expect(issue(other.id)).resolves.toMatchObject({ status: 403, body: { code: 'forbidden' } });
    await expect(verify(await issued(other.id, 'verify_email'))).resolves.toMatchObject({ status: 200 });
    await expect(issue(other.id, 'reset_password', admin)).resolves.toMatchObject({ status: 201 });
  });

  it('of a client sets no password of somebody who became an admin after the issue', async () => {
    const { id } = await register(app);
    const token = await issued(id);
    await change(id, { role: 'admin' });
    await expect(reset(token)).resolves.toMatchObject(INVALID);
    await change(id, { role: 'student' });
    await expect(reset(token)).resolves.toMatchObject({ status: 200 });
  });

  it('ends with the client that got it, and with its scope', async () => {
    const leaked = await registerClient(app, admin, 'leaked', ['one_time_tokens']);
    const [one, other] = [await register(app), await register(app)];
    const [first, second] = [await issued(one.id, 'reset_password', leaked), await issued(other.id)];
    await expect(endClient(app, admin, leaked.id)).resolves.toBe(204);
    await expect(reset(first)).resolves.toMatchObject(INVALID);
    await expect(issue(one.id, 'reset_password', leaked)).resolves.toMatchObject({ status: 401 });
    const scopes = (names: string[]) =>
      app.call('PATCH', `/api/v1/clients/${client.id}`, { token: admin.token, body: { scopes: names } });
    await scopes(['users']);
    await expect(reset(second)).resolves.toMatchObject(INVALID);
    await expectAnswer(issue(other.id), 403, { error: 'unauthorized_client' });
    await scopes(['one_time_tokens']);
  });

  it('ends when the account is deactivated, its address changes, or its password', async () => {
    const changes: ((id: string) => Promise<unknown>)[] = [
      (id) => change(id, { is_active: false }),
      (id) => app.query('UPDATE users SET email = $2 WHERE id = $1', [id, `${randomUUID()}@example.org`]),
      (id) => app.query('UPDATE users SET password_hash = NULL WHERE id = $1', [id]),
    ];
    for (const apply of changes) {
      const { id } = await register(app);
      const token = await issued(id);
      await apply(id);
      await expect(reset(token)).resolves.toMatchObject(INVALID);
    }
  });

  it('does not exist for an unknown id, nor for a deactivated account', async () => {
    const { id } = await register(app);
    await change(id, { is_active: false });
    for (const none of [id, randomUUID(), 'none', `${id}%00`])
      for (const by of [admin, client])
        expect([404, 400]).toContain((await issue(none, 'reset_password', by)).status);
    await expect(issue(id)).resolves.toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('is refused for other purposes, and to everybody else', async () => {
    const member = await register(app);
    for (const purpose of ['register', 'end_sessions', 'accept_invitation', '', null, 1, ['reset_password']])
      expect(await issue(member.id, purpose)).toMatchObject({
        status: 422,
        body: { errors: [{ field: 'purpose' }] },
      });
    await expectAnswer(issue(member.id, 'reset_password', member), 403, { code: 'forbidden' });
    const path = `/api/v1/users/${member.id}/one-time-token`;
    await expectAnswer(send(path, undefined, { purpose: 'reset_password' }), 401, { code: 'token_missing' });
    const wrong = { ...client, secret: 'wrong' };
    await expectAnswer(issue(member.id, 'reset_password', wrong), 401, { error: 'invalid_client' });
    const other = await registerClient(app, admin, 'look-up', ['users']);
    await expect(issue(member.id, 'reset_password', other)).resolves.toMatchObject({ status: 403 });
  });
});

describe('one-time tokens for mailers of their own', () => {
  it('are limited for each client, apart from others', async () => {
    const { url } = await createTestDatabase();
    const app = await AppInProcess.start({ DATABASE_URL: url, RATE_LIMIT_ENABLED: 'true' });
    const admin = await registerAdmin(app);
    const clients = [
      await registerClient(app, admin, 'one', ['one_time_tokens']),
      await registerClient(app, admin, 'other', ['one_time_tokens']),
    ];
    await app.query(`INSERT INTO limit_counts VALUES ($1, 1000, now() + interval '10 minutes')`, [
      limitKey(app, 'one-time-token-issue', String(clients[0]?.id)),
    ]);
    const issue = (by: OAuthClient) =>
      app.call('POST', `/api/v1/users/${admin.id}/one-time-token`, {
        headers: { authorization: basic(by) },
        body: { purpose: 'verify_email' },
      });
    const answers = await Promise.all(clients.map(issue));
    await app.stop();
    expect(answers.map(({ status }) => status)).toEqual([429, 201]);
  });
});
