import { randomUUID } from 'node:crypto';
import { TEST_ISSUER } from '../support/app/app-process.js';
import { claimsOf, getMe, logIn, type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { type OAuthClient } from '../support/app/oauth-client.js';
import { logInBy, outcomeOf, registerAdmin, registerClient, send } from './oauth-clients.js';
import { databaseOfSuite } from './app-suite.js';

const INACTIVE = { active: false };
const NAME = 'ergodrive-backend';

describe('a token that a client sends', () => {
  const database = databaseOfSuite();
  let app: AppInProcess;
  let instance: AppInProcess;
  let admin: Member;
  let member: Member;
  let client: OAuthClient;
  let other: OAuthClient;

  beforeAll(async () => {
    const env = { DATABASE_URL: database.url, JWT_SECRET: randomUUID() + randomUUID() };
    [app, instance] = await Promise.all([AppInProcess.start(env), AppInProcess.start(env)]);
    admin = await registerAdmin(app);
    member = await register(app);
    [client, other] = [await registerClient(app, admin), await registerClient(app, admin, 'billing')];
  });

  const introspect = async (token: string, by = client, hint?: string) => {
    const form = { token, ...(hint === undefined ? {} : { token_type_hint: hint }) };
    const { status, headers, body } = await send(instance, '/oauth2/introspect', form, by);
    expect({ status, cache: headers['cache-control'] }).toEqual({ status: 200, cache: 'no-store' });
    return body;
  };
  const revoke = async (token: string, by = client, hint?: string) => {
    const form = { token, ...(hint === undefined ? {} : { token_type_hint: hint }) };
    return outcomeOf(await send(app, '/oauth2/revoke', form, by));
  };
  const refreshBy = async (by: OAuthClient, refreshToken: string) => {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    return String((await send(app, '/oauth2/token', form, by)).body['refresh_token']);
  };

  describe('for introspection', () => {
    it('is active, with its claims and the current role of the user', async () => {
      const session = await logInBy(app, client, member);
      const { iat, exp, jti, sid, auth_time } = claimsOf(session.token);
      const active = {
        active: true,
        iss: TEST_ISSUER,
        sub: member.id,
        aud: TEST_ISSUER,
        client_id: client.id,
        exp,
        iat,
        jti,
        sid,
        role: 'student',
        auth_time,
        token_type: 'Bearer',
      };
      for (const hint of [undefined, 'access_token', 'refresh_token', 'nonsense'])
        await expect(introspect(session.token, other, hint)).resolves.toEqual(active);
      await app.call('PATCH', `/api/v1/users/${member.id}`, {
        token: admin.token,
        body: { role: 'researcher' },
      });
      await expect(introspect(session.token)).resolves.toEqual({ ...active, role: 'researcher' });
    });

    it('has the name of the application as its client when the login had none', async () => {
      const session = await logIn(app, member);
      await expect(introspect(session.token)).resolves.toMatchObject({ active: true, client_id: NAME });
    });

    it('is active for its own client, when it is a refresh token, until it is exchanged', async () => {
      const session = await logInBy(app, client, member);
      const { auth_time } = claimsOf(session.token);
      const claims = claimsOf(session.refreshToken);
      for (const hint of [undefined, 'refresh_token']) {
        await expect(introspect(session.refreshToken, client, hint)).resolves.toEqual({
          active: true,
          iss: TEST_ISSUER,
          sub: member.id,
          aud: TEST_ISSUER,
          client_id: client.id,
          exp: claims.exp,
          iat: claims.iat,
          jti: claims.jti,
          sid: session.sessionId,
          auth_time,
        });
      }
      await expect(introspect(session.refreshToken, other)).resolves.toEqual(INACTIVE);
      await refreshBy(client, session.refreshToken);
      await expect(introspect(session.refreshToken)).resolves.toEqual(INACTIVE);
      await expect(introspect(session.token)).resolves.toMatchObject({ active: true });
    });

    it('is inactive, and nothing more is said, whatever makes it invalid', async () => {
      const [firstParty, own] = [await logIn(app, member), await logInBy(app, client, member)];
      await app.call('POST', '/api/v1/auth/logout', { token: own.token });
      const forged = own.token.replace(/\.[^.]+$/, `.${'A'.repeat(43)}`);
      const wrong = [
        firstParty.refreshToken,
        own.token,
        own.refreshToken,
        forged,
        'garbage',
        '\0',
        'x'.repeat(17_000),
        `${'e30'.repeat(6_000)}.${'e30'.repeat(6_000)}.x`,
      ];
      for (const token of wrong) await expect(introspect(token)).resolves.toEqual(INACTIVE);
    });

    it('is inactive once its user was deactivated', async () => {
      const user = await register(app);
      await expect(introspect(user.token)).resolves.toMatchObject({ active: true });
      await app.call('PATCH', `/api/v1/users/${user.id}`, { token: admin.token, body: { is_active: false } });
      await expect(introspect(user.token)).resolves.toEqual(INACTIVE);
    });

    it('is required, and so are the credentials of the client', async () => {
      const ask = async (form: Record<string, string>, by?: OAuthClient) =>
        outcomeOf(await send(app, '/oauth2/introspect', form, by));
      await expect(ask({}, client)).resolves.toBe('400 invalid_request');
      await expect(ask({ token: member.token })).resolves.toBe('401 invalid_client');
    });
  });

  describe('for revocation', () => {
    it.each(['access', 'refresh', 'older refresh'])(
      'ends its session on every instance: %s token',
      async (kind) => {
        const session = await logInBy(app, client, member);
        const next = kind === 'older refresh' ? await refreshBy(client, session.refreshToken) : undefined;
        await expect(getMe(instance, session)).resolves.toBe('200');
        const token = kind === 'access' ? session.token : session.refreshToken;
        await expect(revoke(token, client, 'refresh_token')).resolves.toBe('200');
        await expect(getMe(instance, session)).resolves.toBe('401 token_revoked');
        await expect(introspect(session.token)).resolves.toEqual(INACTIVE);
        await expect(introspect(next ?? session.refreshToken)).resolves.toEqual(INACTIVE);
        await expect(revoke(token)).resolves.toBe('200');
        await expect(
          app.query(`SELECT details FROM audit_events WHERE action = 'session.revoked' AND session_id = $1`, [
            session.sessionId,
          ]),
        ).resolves.toEqual([{ details: { reason: 'logout' } }]);
      },
    );

    it('causes no error when it is unknown', async () => {
      for (const token of ['garbage', 'x'.repeat(17_000), '\0'])
        await expect(revoke(token)).resolves.toBe('200');
      await expect(revoke('')).resolves.toBe('400 invalid_request');
    });

    it('is refused when it was issued to another client or to none, and the session goes on', async () => {
      const sessions = [await logInBy(app, client, member), await logIn(app, member)];
      for (const session of sessions) {
        for (const token of [session.token, session.refreshToken])
          await expect(revoke(token, other)).resolves.toBe('400 invalid_grant');
        await expect(getMe(app, session)).resolves.toBe('200');
      }
    });
  });
});
