import { createTestDatabase } from '../support/postgres/test-database.js';
import { randomUUID } from 'node:crypto';
import { basic, type OAuthClient } from '../support/app/oauth-client.js';
import { expectAnswer, type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { Attempts, expectRefusal, PER_ACCOUNT_AND_NETWORK } from './attempts.js';
import { authenticate, registerAdmin, registerClient, send } from './oauth-clients.js';

const REFUSED = '401 invalid_client';
const REFRESHES = 60;

describe('failed authentications of OAuth clients', () => {
  let app: AppInProcess;
  let admin: Member;

  beforeAll(async () => {
    const { url } = await createTestDatabase();
    app = await AppInProcess.start({ DATABASE_URL: url, RATE_LIMIT_ENABLED: 'true' });
    admin = await registerAdmin(app);
  });

  /** The answers to 102 failures in a row. */
  const fail = async (clientOf: () => OAuthClient, ipOf: (attempt: number) => string) => {
    const answers: string[] = [];
    for (let attempt = 1; attempt <= 102; attempt += 1)
      answers.push(await authenticate(app, clientOf(), ipOf(attempt)));
    return answers;
  };
  const limited = [...Array<string>(100).fill(REFUSED), ...Array<string>(2).fill('429 too_many_requests')];

  it('are limited for a network, whichever client they name', async () => {
    const unknown = () => ({ id: randomUUID(), secret: 'wrong' });
    await expect(fail(unknown, () => '192.0.2.1')).resolves.toEqual(limited);
    await expect(authenticate(app, unknown(), '192.0.2.2')).resolves.toBe(REFUSED);
  });

  it('are limited for a client, recorded up to that limit, and never make its right secret fail', async () => {
    const client = await registerClient(app, admin);
    const wrong = { ...client, secret: 'wrong' };
    await expect(
      fail(
        () => wrong,
        (attempt) => `198.51.100.${attempt}`,
      ),
    ).resolves.toEqual(limited);
    await expect(authenticate(app, client)).resolves.toBe('orders');
    const noted = await app.query(
      `SELECT count(*)::int AS count FROM audit_events WHERE action = 'client.authentication_failed' AND details->>'client_id' = $1`,
      [client.id],
    );
    expect(noted).toEqual([{ count: 100 }]);
  });

  it('are limited where a client looks up an account, too', async () => {
    const client = await registerClient(app, admin, 'orders', ['users']);
    const lookUp = (secret: string) =>
      app.call('GET', `/api/v1/users/${admin.id}`, {
        headers: { authorization: basic({ ...client, secret }) },
      });
    const statuses: number[] = [];
    for (let attempt = 1; attempt <= 101; attempt += 1) statuses.push((await lookUp('wrong')).status);
    expect(statuses).toEqual([...Array<number>(100).fill(401), 429]);
    await expect(lookUp(client.secret)).resolves.toMatchObject({ status: 200, body: { id: admin.id } });
  });
});

describe('attempts through an OAuth client', () => {
  const attempts = Attempts.ofSuite();
  let app: AppInProcess;
  let owner: Member;

  beforeAll(async () => {
    app = attempts.app;
    owner = await register(app);
  });

  it('are limited by the address that the client names', async () => {
    const scopes = ['password', 'end_user_address'] as const;
    const client = await registerClient(app, await registerAdmin(app), 'web', scopes);
    const form = { grant_type: 'password', username: owner.email };
    const grant = (password: string, address?: string) =>
      send(
        app,
        '/oauth2/token',
        { ...form, password },
        client,
        address === undefined ? {} : { 'end-user-address': address },
      );
    const [stranger, home] = [attempts.newAddress(), attempts.newAddress()];
    for (let guess = 0; guess < PER_ACCOUNT_AND_NETWORK; guess++)
      await expect(grant('wrong-Test1234', stranger)).resolves.toMatchObject({ status: 400 });
    await expect(grant(owner.password, stranger)).resolves.toMatchObject({ status: 429 });
    const { status, body } = await grant(owner.password, `[2001:db8:7::1]`);
    expect(status).toBe(200);
    await expect(app.query(`SELECT ip FROM sessions WHERE client_id = $1`, [client.id])).resolves.toEqual([
      { ip: '2001:db8:7::1' },
    ]);
    await expect(grant(owner.password, home)).resolves.toMatchObject({ status: 200 });
    for (const wrong of ['', 'localhost', `${home}, ${stranger}`])
      await expectAnswer(grant(owner.password, wrong), 400, { error: 'invalid_request' });
    const other = await registerClient(app, await registerAdmin(app));
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
    await expectAnswer(send(app, '/oauth2/token', refresh, other, { 'end-user-address': home }), 400, {
      error: 'unauthorized_client',
    });
  });

  it('to refresh are not used up by others, who are audited', async () => {
    const client = await registerClient(app, await registerAdmin(app));
    const login = { grant_type: 'password', username: owner.email, password: owner.password };
    const { body } = await send(app, '/oauth2/token', login, client);
    const refresh_token = String(body['refresh_token']);
    const steal = () => app.call('POST', '/api/v1/auth/refresh', { body: { refresh_token } });
    for (let index = 0; index < REFRESHES; index++)
      await expect(steal()).resolves.toMatchObject({ status: 401 });
    expectRefusal(await steal(), 'refresh', REFRESHES);
    const own = { grant_type: 'refresh_token', refresh_token };
    await expect(send(app, '/oauth2/token', own, client)).resolves.toMatchObject({ status: 200 });
    await expect(
      app.query(
        `SELECT count(*)::int, bool_and(session_id IS NOT NULL AND ip IS NOT NULL) AS is_whole FROM audit_events
         WHERE action = 'session.refresh_refused' AND user_id = $1`,
        [owner.id],
      ),
    ).resolves.toEqual([{ count: REFRESHES, is_whole: true }]);
  });
});
