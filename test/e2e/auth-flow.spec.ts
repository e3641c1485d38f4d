import { TEST_ISSUER } from '../support/app/app-process.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { waitFor } from '../support/wait-for.js';
import { beforeSuite, claimsOf, Deployment, expectRevoked, headerOf, type Tokens } from './support/suite.js';

const SECONDS_OF_TOLERANCE = 3;

/** The flow of the service's first description, step by step; every test goes on where the one before ended. */
describe('the service, from registration to logout,', () => {
  let userId: string;
  let tokens: Tokens;

  const deployment = beforeSuite(() => Deployment.ofProcesses());
  const client = beforeSuite(() => deployment.client());

  const redis = (...command: string[]) =>
    withRedis(deployment.redisUrl, (connection) => connection.send(...command));

  it('registers an account', async () => {
    const { status, body } = await client.post('/api/v1/auth/register', {
      email: 'redis@test.com',
      password: 'Test1234',
      full_name: 'Redis Test',
      role: 'student',
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: 'redis@test.com',
      email_verified: false,
      full_name: 'Redis Test',
      role: 'student',
      is_active: true,
      locale: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    userId = String(body['id']);
  });

  it('logs the account in by JSON', async () => {
    const { status, body } = await client.post<Tokens>('/api/v1/auth/login/json', {
      email: 'redis@test.com',
      password: 'Test1234',
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 1800,
    });
    tokens = body;
  });

  it('issues an access and a refresh token with no more claims than necessary', () => {
    const access = claimsOf(tokens.access_token);
    const refresh = claimsOf(tokens.refresh_token);
    expect(headerOf(tokens.access_token)).toEqual({ alg: 'HS256', typ: 'at+jwt' });
    expect(headerOf(tokens.refresh_token).typ).not.toBe('at+jwt');
    expect(access).toEqual({
      iss: TEST_ISSUER,
      aud: TEST_ISSUER,
      sub: userId,
      client_id: 'ergodrive-backend',
      auth_time: access.iat,
      sid: expect.any(String),
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
      role: 'student',
    });
    expect(Object.keys(refresh).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub']);
    expect(refresh.sid).toBe(access.sid);
    expect(refresh.jti).not.toBe(access.jti);
    expect(access.exp - access.iat).toBe(1800);
    expect(refresh.exp - refresh.iat).toBe(7 * 86_400);
  });

  it('accepts the access token', async () => {
    const { status, body } = await client.as(tokens.access_token).get('/api/v1/sessions');
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 1, page: 1, page_size: 20, sessions: [{ current: true }] });
  });

  it('caches the user in Redis as JSON without the hash, no longer than an access token lives', async () => {
    expect(await redis('KEYS', 'user:*')).toEqual([`user:${userId}`]);
    const text = String(await redis('GET', `user:${userId}`));
    expect(JSON.parse(text)).toMatchObject({
      id: userId,
      email: 'redis@test.com',
      full_name: 'Redis Test',
      role: 'student',
      is_active: true,
      sessions: [claimsOf(tokens.access_token).sid],
    });
    expect(text).not.toMatch(/hash|password|argon2/i);
    const ttl = Number(await redis('TTL', `user:${userId}`));
    expect(ttl).toBeGreaterThanOrEqual(1);
    expect(ttl).toBeLessThanOrEqual(1800);
  });

  it('reports its health', async () => {
    const { status, body } = await client.get('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'healthy',
      service: 'ergodrive-backend',
      redis: {
        status: 'connected',
        redis_version: expect.stringMatching(/^\d+\.\d+/),
        uptime_seconds: expect.any(Number),
      },
      cache: {
        status: 'available',
        cached_users: expect.any(Number),
        blacklisted_tokens: expect.any(Number),
        memory_used: expect.stringMatching(/^\d.*[BKMG]$/),
      },
    });
  });

  it('logs the session out', async () => {
    const { status, body } = await client.as(tokens.access_token).post('/api/v1/auth/logout');
    expect(status).toBe(200);
    expect(body).toEqual({
      message: 'Successfully logged out',
      detail: 'Token has been revoked and cache cleared',
    });
  });

  it('has deleted the cached user and blacklisted the token until its expiry', async () => {
    expect(await redis('KEYS', 'user:*')).toEqual([]);
    const { jti, exp } = claimsOf(tokens.access_token);
    const hasToken = async () => (await redis('EXISTS', `blacklist:${jti}`)) === 1;
    await waitFor(hasToken, { what: 'the token to be on the blacklist' });
    expect(await redis('KEYS', 'blacklist:*')).toEqual([`blacklist:${jti}`]);
    expect(JSON.parse(String(await redis('GET', `blacklist:${jti}`)))).toMatch(/^\S+$/);
    const ttl = Number(await redis('TTL', `blacklist:${jti}`));
    expect(Math.abs(ttl - (exp - Date.now() / 1000))).toBeLessThan(SECONDS_OF_TOLERANCE);
  });

  it('refuses the access token on every route after the logout', async () => {
    const left = client.as(tokens.access_token);
    expectRevoked(await left.get('/api/v1/sessions'));
    expectRevoked(await left.get('/api/v1/users/me'));
    expectRevoked(await left.post('/api/v1/auth/logout'));
  });

  it('refuses the refresh token after the logout', async () => {
    expectRevoked(await client.post('/api/v1/auth/refresh', { refresh_token: tokens.refresh_token }));
  });

  it('logs the account in again by form, with a new session', async () => {
    const form = new URLSearchParams({
      username: 'redis@test.com',
      password: 'Test1234',
      grant_type: 'password',
    });
    const { status, body } = await client.post<Tokens>('/api/v1/auth/login', form);
    expect(status).toBe(200);
    expect(claimsOf(body.access_token).sid).not.toBe(claimsOf(tokens.access_token).sid);
    await expect(client.as(body.access_token).get('/api/v1/users/me')).resolves.toMatchObject({
      status: 200,
    });
    expectRevoked(await client.as(tokens.access_token).get('/api/v1/users/me'));
  });

  it('has put no token into Redis', async () => {
    const keys = (await redis('KEYS', '*')) as string[];
    const values = await Promise.all(keys.map((key) => redis('GET', key)));
    expect(keys.length).toBeGreaterThan(0);
    // Every JWT begins with the base64url of `{"`.
    expect([...keys, ...values].filter((text) => String(text).includes('eyJ'))).toEqual([]);
  });

  it('has written to its log where its pages are', () => {
    const { output, url } = deployment.apps[0]!;
    expect(output).toContain(`${url}/account and ${url}/admin`);
  });

  it('has written no token, password or signing key to its log', () => {
    const { output } = deployment.apps[0]!;
    expect(output).toContain('Listening on');
    expect(output).not.toMatch(/eyJ|Test1234/);
  });
});
