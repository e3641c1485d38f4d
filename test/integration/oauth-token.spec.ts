import { AuthService } from '../../src/auth/auth.service.js';
import { SERVICE_ACTOR } from '../../src/common/actor.js';
import { claimsOf, getMe, type Member, register } from './accounts.js';
import { basic, type OAuthClient } from '../support/app/oauth-client.js';
import { logInBy, outcomeOf, registerAdmin, registerClient, send } from './oauth-clients.js';
import { appSuite } from './app-suite.js';

const PATH = '/oauth2/token';

describe('the token endpoint', () => {
  const { app } = appSuite();
  let admin: Member;
  let member: Member;
  let client: OAuthClient;
  let other: OAuthClient;

  beforeAll(async () => {
    admin = await registerAdmin(app);
    member = await register(app);
    [client, other] = [await registerClient(app, admin), await registerClient(app, admin, 'billing')];
  });

  const ask = async (form: Readonly<Record<string, string>> | string, by?: OAuthClient) =>
    outcomeOf(await send(app, PATH, form, by));
  const password = () => ({ grant_type: 'password', username: member.email, password: member.password });
  const refresh = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token });

  it('logs a user in by password, as RFC 6749 §5.1 answers', async () => {
    const { status, headers, body } = await send(app, PATH, password(), client);
    expect({
      status,
      type: body['token_type'],
      expires: body['expires_in'],
      members: Object.keys(body),
    }).toEqual({
      status: 200,
      type: 'Bearer',
      expires: 1800,
      members: ['access_token', 'refresh_token', 'token_type', 'expires_in'],
    });
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-type']).toMatch(/^application\/json\b/);
    const claims = claimsOf(String(body['access_token']));
    expect(claims).toMatchObject({ sub: member.id, client_id: client.id });
    const rows = await app.query(
      `SELECT client_id, details FROM sessions s JOIN audit_events e ON e.session_id = s.id AND action = 'session.opened'
       WHERE s.id = $1`,
      [claims.sid],
    );
    expect(rows).toEqual([{ client_id: client.id, details: { client_id: client.id } }]);
  });

  it('takes the credentials of the client from the form as well', async () => {
    const form = { ...password(), client_id: client.id, client_secret: client.secret };
    await expect(ask(form)).resolves.toBe('200');
    await expect(ask(form, client)).resolves.toBe('400 invalid_request');
  });

  it('demands a client that authenticates', async () => {
    await expect(ask(password())).resolves.toBe('401 invalid_client');
    const { headers, body } = await send(app, PATH, password(), { ...client, secret: 'wrong' });
    expect(headers['www-authenticate']).toMatch(/^Basic /);
    expect(body).toEqual({ error: 'invalid_client', error_description: 'Client authentication failed' });
  });

  it('answers the same to a wrong password and to an unknown account', async () => {
    const wrong = await send(app, PATH, { ...password(), password: 'wrong' }, client);
    const unknown = await send(app, PATH, { ...password(), username: 'nobody@example.org' }, client);
    expect(outcomeOf(wrong)).toBe('400 invalid_grant');
    expect(unknown.body).toEqual(wrong.body);
  });

  it('refuses an inactive user', async () => {
    const inactive = await register(app);
    await app.query('UPDATE users SET is_active = false WHERE id = $1', [inactive.id]);
    const form = { grant_type: 'password', username: inactive.email, password: inactive.password };
    await expect(ask(form, client)).resolves.toBe('400 invalid_grant');
  });

  it('exchanges a refresh token once', async () => {
    const session = await logInBy(app, client, member);
    const { status, body } = await send(app, PATH, refresh(session.refreshToken), client);
    expect(status).toBe(200);
    expect(claimsOf(String(body['access_token']))).toMatchObject({
      sid: session.sessionId,
      client_id: client.id,
    });
    const next = String(body['refresh_token']);
    await expect(ask(refresh(next), client)).resolves.toBe('200');
    await expect(ask(refresh(session.refreshToken), client)).resolves.toBe('400 invalid_grant');
    await expect(getMe(app, session)).resolves.toBe('401 token_revoked');
  });

  it('lets an exchange be repeated by its Idempotency-Key', async () => {
    const session = await logInBy(app, client, member);
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: basic(client),
    };
    const body = new URLSearchParams(refresh(session.refreshToken)).toString();
    const again = () => app.call('POST', PATH, { body, headers: { ...headers, 'idempotency-key': 'one' } });
    const [first, second] = [await again(), await again()];
    expect(second.body['refresh_token']).toBe(first.body['refresh_token']);
    const wrong = await app.call('POST', PATH, { body, headers: { ...headers, 'idempotency-key': ' ' } });
    expect(outcomeOf(wrong)).toBe('400 invalid_request');
  });

  it('refuses the refresh token of another client, and the session goes on', async () => {
    const session = await logInBy(app, client, member);
    await expect(ask(refresh(session.refreshToken), other)).resolves.toBe('400 invalid_grant');
    const withoutClient = await app.call('POST', '/api/v1/auth/refresh', {
      body: { refresh_token: session.refreshToken },
    });
    expect([withoutClient.status, withoutClient.body['code']]).toEqual([401, 'token_invalid']);
    const { body } = await send(app, PATH, refresh(session.refreshToken), client);
    await send(app, PATH, refresh(String(body['refresh_token'])), client);
    await expect(ask(refresh(session.refreshToken), other)).resolves.toBe('400 invalid_grant');
    await expect(getMe(app, session)).resolves.toBe('200');
  });

  it('refuses the refresh token of a login without a client', async () => {
    const session = await register(app);
    await expect(ask(refresh(session.refreshToken), client)).resolves.toBe('400 invalid_grant');
    await expect(getMe(app, session)).resolves.toBe('200');
  });

  it.each(['garbage', 'a.b.c', ''])('refuses %j as a refresh token', async (token) => {
    await expect(ask(refresh(token), client)).resolves.toBe(
      token === '' ? '400 invalid_request' : '400 invalid_grant',
    );
  });

  it('opens no session for a client that ends during the login', async () => {
    const ended = await registerClient(app, admin);
    await app.query('UPDATE oauth_clients SET ended_at = now() WHERE id = $1', [ended.id]);
    const login = app.get(AuthService).login(member.email, member.password, SERVICE_ACTOR, {
      clientId: ended.id,
    });
    await expect(login).rejects.toMatchObject({ problem: { code: 'invalid_credentials' } });
    await expect(
      app.query('SELECT count(*)::int AS count FROM sessions WHERE client_id = $1', [ended.id]),
    ).resolves.toEqual([{ count: 0 }]);
  });

  it.each([
    ['a missing grant type', {}, 'invalid_request'],
    ['a grant type without a value', { grant_type: '' }, 'invalid_request'],
    ['another grant type', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['a refresh without a token', { grant_type: 'refresh_token' }, 'invalid_request'],
    ['a login without a password', { grant_type: 'password', username: 'a' }, 'invalid_request'],
    ['a login without a user name', { grant_type: 'password', password: 'a' }, 'invalid_request'],
    [
      'a user name that cannot be stored',
      { grant_type: 'password', username: 'a\0', password: 'a' },
      'invalid_request',
    ],
    ['a scope', { grant_type: 'refresh_token', refresh_token: 'a', scope: 'openid' }, 'invalid_scope'],
  ])('refuses %s', async (_, form, error) => {
    await expect(ask(form, client)).resolves.toBe(`400 ${error}`);
  });

  it('ignores parameters that it does not know, and those without a value', async () => {
    await expect(ask({ ...password(), audience: 'x', scope: '', __proto__x: 'y' }, client)).resolves.toBe(
      '200',
    );
  });

  it('refuses a repeated parameter', async () => {
    const form = new URLSearchParams(password()).toString();
    await expect(ask(`${form}&username=a`, client)).resolves.toBe('400 invalid_request');
    await expect(ask(`${form}&unknown=1&unknown=2`, client)).resolves.toBe('400 invalid_request');
  });
});
