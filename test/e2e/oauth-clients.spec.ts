import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { api } from '../support/app/api-client.js';
import { AppProcess } from '../support/app/app-process.js';
import { freePort } from '../support/network/free-port.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { ManagedProcess } from '../support/process/managed-process.js';
import { waitFor } from '../support/wait-for.js';
import { type OAuthClient } from '../support/app/oauth-client.js';
import { registerOAuthClient } from './support/oauth-clients.js';
import { Accounts, ADMIN, beforeSuite, type Member } from './support/suite.js';

const OPENID_CLIENT = fileURLToPath(new URL('./support/oauth-clients/openid-client.mjs', import.meta.url));
const OAUTH4WEBAPI = fileURLToPath(new URL('./support/oauth-clients/oauth4webapi.mjs', import.meta.url));
const SIMPLE_OAUTH2 = fileURLToPath(new URL('./support/oauth-clients/simple-oauth2.mjs', import.meta.url));
const PASSPORT = fileURLToPath(new URL('./support/oauth-clients/passport-http-bearer.mjs', import.meta.url));
const METHODS = ['ClientSecretBasic', 'ClientSecretPost'];
const INACTIVE = { active: false };

/** Each library runs in a process of its own, against the built app, and knows its address alone. */
describe('of the OAuth client libraries,', () => {
  let credentials: OAuthClient;
  let member: Member;

  const database = beforeSuite(() => createTestDatabase());
  const app = beforeSuite(async () => {
    const port = await freePort();
    return AppProcess.start({
      port,
      env: {
        DATABASE_URL: database.url,
        ISSUER_URL: `http://127.0.0.1:${port}`,
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
      },
    });
  });
  const client = beforeSuite(() => api(app.url));
  beforeAll(async () => {
    const accounts = new Accounts(client);
    credentials = await registerOAuthClient(client.as((await accounts.login(ADMIN)).access_token));
    member = await accounts.signUp();
  });

  const task = (more: object) =>
    JSON.stringify({
      issuer: app.url,
      ...credentials,
      username: member.email,
      password: member.password,
      ...more,
    });
  const run = async (script: string, method: string): Promise<Record<string, unknown>> => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, task({ method })]);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const live = () => ({
    active: true,
    iss: app.url,
    sub: member.id,
    aud: app.url,
    client_id: credentials.id,
    exp: expect.any(Number),
    iat: expect.any(Number),
    auth_time: expect.any(Number),
    jti: expect.any(String),
    sid: expect.any(String),
    role: 'student',
    token_type: 'Bearer',
  });

  describe.each(METHODS)('with %s,', (method) => {
    it('openid-client discovers the server, logs in, refreshes, introspects and revokes', async () => {
      await expect(run(OPENID_CLIENT, method)).resolves.toEqual({
        server: expect.objectContaining({ issuer: app.url, jwks_uri: `${app.url}/.well-known/jwks.json` }),
        live: live(),
        ended: INACTIVE,
        error: 'invalid_grant',
      });
    });

    it('oauth4webapi discovers, logs in, refreshes, introspects, revokes, and validates by the published keys', async () => {
      const { active: _active, token_type: _type, ...claims } = live();
      await expect(run(OAUTH4WEBAPI, method)).resolves.toEqual({
        server: expect.objectContaining({ issuer: app.url }),
        claims,
        live: live(),
        ended: INACTIVE,
        error: 'invalid_grant',
      });
    });

    it('simple-oauth2 logs in, refreshes and revokes both tokens', async () => {
      await expect(run(SIMPLE_OAUTH2, method)).resolves.toEqual({
        live: 200,
        ended: 401,
        error: 'invalid_grant',
      });
    });
  });

  it('passport-http-bearer lets a user in by introspection until the logout', async () => {
    const port = await freePort();
    const service = await ManagedProcess.spawn({
      command: process.execPath,
      args: [PASSPORT, task({ port })],
      cwd: process.cwd(),
      stopSignal: 'SIGTERM',
    });
    const orders = api(`http://127.0.0.1:${port}`);
    await waitFor(
      () =>
        orders.get('/').then(
          ({ status }) => status === 401,
          () => false,
        ),
      { what: 'the service of express', timeoutMs: 30_000 },
    );
    const { tokens, sessionId } = await new Accounts(client).logIn(member);
    const ask = () => orders.as(tokens.access_token).get('/');
    await expect(ask()).resolves.toMatchObject({
      status: 200,
      body: { sub: member.id, sid: sessionId, role: 'student' },
    });
    await expect(orders.as(tokens.refresh_token).get('/')).resolves.toMatchObject({ status: 401 });
    await client.as(tokens.access_token).post('/api/v1/auth/logout');
    await expect(ask()).resolves.toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringContaining('error="invalid_token"') },
    });
    orders.close();
    await service.stop();
  });
});
