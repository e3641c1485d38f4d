import { randomUUID } from 'node:crypto';
import { BrowserSession, cookieOf } from './support/browser-session.js';
import { beforeSuite, claimsOf, Deployment, expectProblem, expectRevoked } from './support/suite.js';

const DAY_SECONDS = 86_400;
const CLEARED = { value: '', 'max-age': '0', path: '/', secure: true, httponly: true };

describe('a refresh token in a cookie', () => {
  const deployment = beforeSuite(() =>
    Deployment.start({ instances: [{}, { REFRESH_COOKIE_SAMESITE: 'lax' }] }),
  );
  const account = beforeSuite(() => deployment.accounts().register());

  const browser = (instance = 0) =>
    new BrowserSession(deployment.client(instance), deployment.apps[instance]!.url);
  const loggedIn = async () => {
    const session = browser();
    const { status, body } = await session.logIn(account);
    expect(status).toBe(200);
    return { session, token: session.refreshToken!, access: body.access_token };
  };
  const me = async (token: string) => (await deployment.client().as(token).get('/api/v1/users/me')).status;

  describe('after a login', () => {
    it('is in no body, and has the attributes that keep scripts and other hosts away', async () => {
      const answer = await browser().logIn(account);
      expect(Object.keys(answer.body).sort()).toEqual(['access_token', 'expires_in', 'token_type']);
      const cookie = cookieOf(answer)!;
      expect(cookie).toEqual({
        value: expect.stringMatching(/^eyJ/),
        path: '/',
        'max-age': String(7 * DAY_SECONDS),
        secure: true,
        httponly: true,
        samesite: 'Strict',
      });
      expect(JSON.stringify(answer.body)).not.toContain(cookie['value']);
      expect(await me(answer.body.access_token)).toBe(200);
    });

    it('is there too after a login by form', async () => {
      const headers = browser().headers;
      const form = new URLSearchParams({ username: account.email, password: account.password });
      const byForm = await deployment.client().post('/api/v1/auth/login', form, { headers });
      expect(byForm.status).toBe(200);
      expect(byForm.body).not.toHaveProperty('refresh_token');
      expect(cookieOf(byForm)).toMatchObject({ value: expect.stringMatching(/^eyJ/) });
    });

    it('is SameSite=Lax where REFRESH_COOKIE_SAMESITE says so', async () => {
      expect(cookieOf(await browser(1).logIn(account))).toMatchObject({ samesite: 'Lax' });
    });

    it('is in the body alone without the header', async () => {
      const answer = await deployment.accounts().tryLogin(account);
      expect(answer.body).toHaveProperty('refresh_token');
      expect(answer.headers).not.toHaveProperty('set-cookie');
    });

    it('is in no cookie after a failed login, which keeps the cookie of an earlier one', async () => {
      const answer = await browser().logIn({ ...account, password: 'wrong' });
      expectProblem(answer, 401, 'invalid_credentials');
      expect(answer.headers).not.toHaveProperty('set-cookie');
    });
  });

  describe('at an exchange', () => {
    it('is read from the cookie, and its successor is in the cookie alone', async () => {
      const { session, token, access } = await loggedIn();
      const answer = await session.refresh();
      expect(answer.status).toBe(200);
      expect(answer.body).not.toHaveProperty('refresh_token');
      expect(session.refreshToken).not.toBe(token);
      expect(claimsOf(answer.body.access_token).sid).toBe(claimsOf(access).sid);
      expect((await session.refresh()).status).toBe(200);
    });

    it('is not read from the cookie without the header', async () => {
      const { session } = await loggedIn();
      const { 'Token-Carrier': _, ...headers } = session.headers;
      for (const body of [undefined, {}]) {
        const answer = await deployment.client().post('/api/v1/auth/refresh', body, { headers });
        expectProblem(answer, 422);
        expect(answer.headers).not.toHaveProperty('set-cookie');
      }
      expect((await session.refresh()).status).toBe(200);
    });

    it('is refused in the body and the cookie at once', async () => {
      const { session, token } = await loggedIn();
      const answer = await session.refresh({ body: { refresh_token: token } });
      expect(expectProblem(answer, 422).errors).toMatchObject([{ field: 'refresh_token' }]);
      expectProblem(await session.refresh({ body: [] }), 422);
      expectProblem(await session.refresh({ body: { other: 'x' } }), 422);
      expect((await session.refresh()).status).toBe(200);
    });

    it('is refused in several cookies of the name, and unknown under similar names', async () => {
      const { session, token } = await loggedIn();
      const by = (cookie: string) => session.refresh({ headers: { cookie } });
      for (const cookie of [
        `__Host-refresh=${token}; __Host-refresh=${token}`,
        `__Host-refresh=x;__Host-refresh =${token}`,
        `a=b; __Host-refresh=${token};\t__Host-refresh=`,
      ])
        expectProblem(await by(cookie), 400, 'malformed_request');
      for (const cookie of [
        `refresh=${token}`,
        `__host-refresh=${token}`,
        `\u00a0__Host-refresh=${token}`,
        `__Secure-refresh=${token}`,
        `a="; __Host-refresh_=${token}"`,
        '__Host-refresh=',
        '__Host-refresh',
        '',
      ])
        expectProblem(await by(cookie), 401, 'token_missing');
      expect((await by(`a=b; __Host-refresh=${token}; c=d`)).status).toBe(200);
    });

    it.each<[string, string, () => string]>([
      ['is forged', 'token_invalid', () => 'eyJhbGciOiJub25lIn0.e30.'],
      ['is empty of claims', 'token_invalid', () => 'x'],
    ])('is cleared when it %s', async (_, code, make) => {
      const { session } = await loggedIn();
      session.refreshToken = make();
      const answer = await session.refresh();
      expectProblem(answer, 401, code);
      expect(cookieOf(answer)).toMatchObject(CLEARED);
    });

    it('is cleared when its session was ended elsewhere', async () => {
      const { session, access } = await loggedIn();
      await deployment.client().as(access).delete('/api/v1/sessions?include_current=true');
      const answer = await session.refresh();
      expectRevoked(answer);
      expect(cookieOf(answer)).toMatchObject(CLEARED);
      expect(session.refreshToken).toBeUndefined();
    });

    it('is cleared, and its session ended, when an old one is presented', async () => {
      const { session, token, access } = await loggedIn();
      await session.refresh();
      await session.refresh();
      const thief = browser();
      thief.refreshToken = token;
      const answer = await thief.refresh();
      expectRevoked(answer);
      expect(cookieOf(answer)).toMatchObject(CLEARED);
      expect(await me(access)).toBe(401);
    });
  });

  describe('that several tabs present at once', () => {
    it.each([
      ['with one key', () => 'one'],
      ['with a key each', () => randomUUID()],
      ['without a key', () => undefined],
    ])('has one successor, which all of them get, %s', async (_, key) => {
      const { session, token } = await loggedIn();
      const tabs = Array.from({ length: 20 }, () => session.tab());
      const answers = await Promise.all(tabs.map((tab) => tab.refresh({ key: key() })));
      expect(answers.map(({ status }) => status)).toEqual(tabs.map(() => 200));
      expect(new Set(tabs.map((tab) => tab.refreshToken)).size).toBe(1);
      expect(tabs[0]!.refreshToken).not.toBe(token);
    });

    it('ends its session when the body of an exchange with another key had it before', async () => {
      const { tokens } = await deployment.accounts().signUp();
      const headers = { 'idempotency-key': 'one' };
      const body = { refresh_token: tokens.refresh_token };
      expect((await deployment.client().post('/api/v1/auth/refresh', body, { headers })).status).toBe(200);
      const session = browser();
      session.refreshToken = tokens.refresh_token;
      expectRevoked(await session.refresh({ key: 'two' }));
    });
  });

  describe('after a logout', () => {
    it('is cleared with what the browser keeps for the origin', async () => {
      const { session, access, token } = await loggedIn();
      const answer = await session.logOut(access);
      expect(answer.status).toBe(200);
      expect(cookieOf(answer)).toMatchObject(CLEARED);
      expect(answer.headers['clear-site-data']).toBe('"cache", "storage"');
      session.refreshToken = token;
      expectRevoked(await session.refresh());
    });

    it('stays in the cookie without the header', async () => {
      const { session, access } = await loggedIn();
      const { headers } = await deployment.client().as(access).post('/api/v1/auth/logout');
      expect(headers).not.toHaveProperty('set-cookie');
      expect(headers).not.toHaveProperty('clear-site-data');
      expectRevoked(await session.refresh());
    });
  });

  it('opens no protected route and no route of OAuth', async () => {
    const { session } = await loggedIn();
    const { headers } = session;
    const client = deployment.client();
    for (const path of ['/api/v1/users/me', '/api/v1/sessions', '/api/v1/auth/check'])
      expectProblem(await client.get(path, { headers }), 401, 'token_missing');
    expectProblem(await client.post('/api/v1/auth/logout', undefined, { headers }), 401, 'token_missing');
    const { client_id, client_secret } = await deployment.registerClient();
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id, client_secret });
    const answer = await client.post('/oauth2/token', form, { headers });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it.each(['body', '', 'Cookie', 'cookie, cookie', 'cookies'])('has no carrier %j', async (carrier) => {
    const { session, access } = await loggedIn();
    const headers = { ...session.headers, 'Token-Carrier': carrier };
    const { email, password } = account;
    const client = deployment.client();
    for (const answer of [
      await client.post('/api/v1/auth/login/json', { email, password }, { headers }),
      await client.post('/api/v1/auth/refresh', undefined, { headers }),
      await client.as(access).post('/api/v1/auth/logout', undefined, { headers }),
    ]) {
      expectProblem(answer, 400, 'malformed_request');
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
    expect((await session.refresh()).status).toBe(200);
  });
});
