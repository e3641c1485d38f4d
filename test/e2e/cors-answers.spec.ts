import type { ApiResponse } from '../support/app/api-client.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { beforeSuite, Deployment, PASSWORD } from './support/suite.js';

const NAMED = 'https://app.example.org';
const CARRIER = { 'Token-Carrier': 'cookie' };
const LOGIN = '/api/v1/auth/login/json';
const REFRESH = '/api/v1/auth/refresh';
const ME = '/api/v1/users/me';
const JSON_TYPE = { 'content-type': 'application/json' };

/** Sends requests with an Origin. */
type Page = (
  method: string,
  path: string,
  headers?: Record<string, string>,
  body?: unknown,
) => Promise<ApiResponse<unknown>>;

describe('an answer to a page of another origin', () => {
  const postgres = beforeSuite(() => PostgresServer.start());
  const deployment = beforeSuite(() =>
    Deployment.start({
      instances: [{ CORS_ORIGINS: NAMED, RATE_LIMIT_ENABLED: 'true' }],
      databaseUrl: postgres.url(),
      redisUrl: null,
    }),
  );
  const member = beforeSuite(async () => (await deployment.accounts().signUp()).client);

  const pageOf =
    (origin: string, client = deployment.client()): Page =>
    (method, path, headers = {}, body) =>
      client.send(method, path, { headers: { origin, ...headers }, body });

  const ANSWERS: [status: number, what: string, ask: (page: Page) => Promise<ApiResponse<unknown>>][] = [
    [200, 'a public route', (page) => page('GET', '/health')],
    [400, 'JSON that is none', (page) => page('POST', LOGIN, JSON_TYPE, '{')],
    [400, 'a path that cannot be decoded', (page) => page('GET', '/%')],
    [400, 'an unknown carrier', (page) => page('POST', REFRESH, { 'Token-Carrier': 'x' })],
    [401, 'a missing token', (page) => page('GET', ME)],
    [401, 'a missing cookie', (page) => page('POST', REFRESH, { ...CARRIER, 'sec-fetch-site': 'same-site' })],
    [401, 'a wrong password', (page) => page('POST', LOGIN, {}, { email: 'a@example.org', password: 'x' })],
    [
      403,
      'a page of another site',
      (page) => page('POST', REFRESH, { ...CARRIER, 'sec-fetch-site': 'none' }),
    ],
    [404, 'an unknown path', (page) => page('GET', '/nowhere')],
    [404, 'an unknown method', (page) => page('PUT', LOGIN)],
    [413, 'a body that is too large', (page) => page('POST', LOGIN, JSON_TYPE, `"${'x'.repeat(2_000_000)}"`)],
    [415, 'a body of another type', (page) => page('POST', LOGIN, { 'content-type': 'text/plain' }, 'x')],
    [422, 'a body that is not valid', (page) => page('POST', LOGIN, {}, {})],
  ];
  const credentialsOf = ({ headers }: ApiResponse<unknown>) =>
    Object.fromEntries(
      ['access-control-allow-origin', 'access-control-allow-credentials'].map((name) => [
        name,
        headers[name],
      ]),
    );
  const expectReadable = (answer: ApiResponse<unknown>, status: number) => {
    expect(answer.status).toBe(status);
    expect(credentialsOf(answer)).toEqual({
      'access-control-allow-origin': NAMED,
      'access-control-allow-credentials': 'true',
    });
    expect(answer.headers['vary']).toMatch(/\bOrigin\b/);
  };

  it.each(ANSWERS)(
    'may be read with credentials if the origin is named: %i for %s',
    async (status, _, ask) => {
      expectReadable(await ask(pageOf(NAMED)), status);
    },
  );

  it.each(ANSWERS)('may not be read if the origin is not named: %i for %s', async (_status, _, ask) => {
    for (const origin of ['https://evil.example', `${NAMED}.evil.example`, 'null'])
      expect(credentialsOf(await ask(pageOf(origin)))).toEqual({});
  });

  it('may be read with credentials if the origin is named: 403 for a role that does not suffice', async () => {
    expectReadable(await pageOf(NAMED, member)('GET', '/api/v1/users'), 403);
  });

  it('may be read with credentials if the origin is named: 429 for too many attempts', async () => {
    const { email } = await deployment.accounts().register();
    const guess = () => pageOf(NAMED)('POST', LOGIN, CARRIER, { email, password: `not ${PASSWORD}` });
    for (let attempt = 1; attempt <= 10; attempt += 1) expectReadable(await guess(), 401);
    const refused = await guess();
    expectReadable(refused, 429);
    expect(refused.headers['access-control-expose-headers']).toMatch(/\bRetry-After\b/);
  });

  it('may be read with credentials if the origin is named: 503 while PostgreSQL does not answer', async () => {
    const { tokens } = await deployment.accounts().signUp();
    const headers = { ...CARRIER, cookie: `__Host-refresh=${tokens.refresh_token}` };
    postgres.freeze();
    try {
      const answer = await pageOf(NAMED)('POST', REFRESH, headers);
      expectReadable(answer, 503);
      // The session may be live.
      expect(answer.headers).not.toHaveProperty('set-cookie');
    } finally {
      postgres.thaw();
    }
  });
});
