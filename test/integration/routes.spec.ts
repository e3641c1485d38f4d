import { createSecretKey, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { routesOf } from './router.js';
import { appSuite } from './app-suite.js';

const SECRET = randomUUID() + randomUUID();
const NAME = 'ergodrive-backend';
const PAGES = [
  'GET /account',
  'GET /account/*',
  'GET /admin',
  'GET /admin/*',
  'GET /console/assets/:name',
  'GET /console/config.json',
  'GET /console/icon',
  'GET /console/licences.txt',
  'GET /console/logo',
];
const EXPORT = 'GET /api/v1/users/me/export';
/** A route that is made public is listed here. */
const PUBLIC = [
  'GET /',
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/ssf-configuration',
  ...PAGES.slice(0, 4),
  'GET /api/docs',
  'GET /api/docs-json',
  'GET /api/docs-yaml',
  'GET /api/docs/',
  'GET /api/docs/*',
  'GET /api/docs/LICENSE',
  'GET /api/docs/docs/*',
  'GET /api/docs/docs/swagger-ui-init.js',
  'GET /api/docs/index.html',
  'GET /api/docs/swagger-ui-init.js',
  'GET /api/v1/info',
  ...PAGES.slice(4),
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
  'GET /health/serving',
  'GET /metrics',
  'OPTIONS *',
  'POST /api/v1/auth/accept-invitation',
  'POST /api/v1/auth/end-sessions',
  'POST /api/v1/auth/forgot-password',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/login/json',
  'POST /api/v1/auth/refresh',
  'POST /api/v1/auth/register',
  'POST /api/v1/auth/reset-password',
  'POST /api/v1/auth/undo-deletion',
  'POST /api/v1/auth/undo-email-change',
  'POST /api/v1/auth/verify-email',
  'POST /api/v1/auth/verify-email/resend',
  'POST /api/v1/events/poll',
  'POST /oauth2/introspect',
  'POST /oauth2/revoke',
  'POST /oauth2/token',
];
/** The check of a gateway that keeps its client's method and path: documented as `GET /api/v1/auth/check`. */
const OF_GATEWAYS = / \/api\/v1\/auth\/check\/ext-authz\//;
const FOR_ADMINS = [
  'DELETE /api/v1/cache',
  'DELETE /api/v1/clients/:id',
  'DELETE /api/v1/invitations/:id',
  'DELETE /api/v1/users/:id',
  'DELETE /api/v1/users/:id/sessions',
  'DELETE /api/v1/users/:id/sessions/:session_id',
  'GET /api/v1/audit',
  'GET /api/v1/cache/stats',
  'GET /api/v1/clients',
  'GET /api/v1/invitations',
  'GET /api/v1/users',
  'GET /api/v1/users/:id',
  'GET /api/v1/users/:id/sessions',
  'PATCH /api/v1/clients/:id',
  'PATCH /api/v1/users/:id',
  'POST /api/v1/clients',
  'POST /api/v1/clients/:id/secret',
  'POST /api/v1/invitations',
  'POST /api/v1/invitations/:id/resend',
  'POST /api/v1/users',
  'POST /api/v1/users/:id/one-time-token',
];

describe('every route of the router', () => {
  const { app } = appSuite({ JWT_SECRET: SECRET });
  let routes: string[];
  let closed: string[];
  let tokens: { access_token: string; refresh_token: string };

  beforeAll(async () => {
    // Fastify answers HEAD wherever there is a GET, by the same handler, and a QUERY without a content type by 400.
    routes = routesOf(app.app).filter((route) => !/^(HEAD|QUERY) /.test(route));
    closed = routes.filter((route) => !PUBLIC.includes(route));
    const account = { email: 'a@example.org', password: 'Test1234' };
    await app.call('POST', '/api/v1/auth/register', { body: { ...account, full_name: 'A' } });
    const { body } = await app.call('POST', '/api/v1/auth/login/json', { body: account });
    tokens = body as unknown as typeof tokens;
  });

  const ask = (route: string, token?: string) => {
    const [method = '', path = ''] = route.split(' ');
    return app.call(method, path.replace(':id', randomUUID()), token === undefined ? {} : { token });
  };
  const answers = async (list: readonly string[], token?: string) =>
    Promise.all(
      list.map(async (route) => {
        const { status, body } = await ask(route, token);
        return `${route} ${status} ${String(body['code'])}`;
      }),
    );

  it('is on the list of public routes, or closed', () => {
    expect(routes.filter((route) => PUBLIC.includes(route)).sort()).toEqual(PUBLIC);
    expect(closed.length).toBeGreaterThan(10);
  });

  it('if closed, answers 401 without a token', async () => {
    await expect(answers(closed)).resolves.toEqual(closed.map((route) => `${route} 401 token_missing`));
    const heads = closed
      .filter((route) => route.startsWith('GET '))
      .map((route) => route.replace('GET', 'HEAD'));
    await expect(Promise.all(heads.map(async (route) => (await ask(route)).status))).resolves.toEqual(
      heads.map(() => 401),
    );
  });

  it('if closed, answers 401 to a malformed token, a refresh token and a token of another key', async () => {
    const { sub, sid } = claims(tokens.access_token);
    const life = {
      iss: NAME,
      aud: NAME,
      sub,
      sid,
      jti: randomUUID(),
      iat: 1_700_000_000,
      exp: 4_000_000_000,
    };
    const wrong = [
      'garbage',
      tokens.refresh_token,
      forged(life, 'another secret of enough bytes, 32 at least'),
      jwt.sign(life, '', { algorithm: 'none', header: { alg: 'none', typ: 'at+jwt' } }),
    ];
    for (const token of wrong) {
      await expect(answers(closed, token)).resolves.toEqual(
        closed.map((route) => `${route} 401 token_invalid`),
      );
    }
  });

  it('if closed, answers 401 to a token that has expired', async () => {
    const past = { ...claims(tokens.access_token), iat: 1_700_000_000, exp: 1_700_000_100 };
    const expired = forged(past);
    await expect(answers(closed, expired)).resolves.toEqual(
      closed.map((route) => `${route} 401 token_expired`),
    );
  });

  it('if for admins, answers 403 to a user who is not an admin', async () => {
    await expect(answers(FOR_ADMINS, tokens.access_token)).resolves.toEqual(
      FOR_ADMINS.map((route) => `${route} 403 forbidden`),
    );
  });

  it('if public, is open also to a caller whose token is invalid', async () => {
    for (const route of PUBLIC) {
      for (const token of [undefined, 'garbage']) {
        const { status, body } = await ask(route, token);
        expect({ route, isRefused: status === 401 && body['code'] === 'token_missing' }).toEqual({
          route,
          isRefused: false,
        });
        expect({ route, status: status < 500 }).toEqual({ route, status: true });
      }
    }
  });

  it('if read by GET, changes no account, no session and no audit event; the export of the own data is an event', async () => {
    const rows = () =>
      app.query(`
        SELECT 'users' AS source, to_jsonb(users)::text AS row FROM users
        UNION ALL SELECT 'sessions', to_jsonb(sessions)::text FROM sessions
        UNION ALL SELECT 'audit', to_jsonb(audit_events)::text FROM audit_events
        ORDER BY 1, 2`);
    const { sub } = claims(tokens.access_token);
    await app.query(`UPDATE users SET role = 'admin' WHERE id = $1`, [sub]);
    const before = await rows();
    const reads = routes.filter((route) => route.startsWith('GET ') && route !== EXPORT);
    for (const route of reads) await ask(route, tokens.access_token);
    await expect(rows()).resolves.toEqual(before);
    expect(before).toHaveLength(4);
    await app.query(`UPDATE users SET role = 'student' WHERE id = $1`, [sub]);
  });

  it('is documented unless it serves the documentation, and no other route is documented', async () => {
    const { body } = await app.call('GET', '/api/docs-json');
    const documented = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    const served = routes.filter(
      (route) => !/ \/api\/docs|^OPTIONS /.test(route) && !OF_GATEWAYS.test(route) && !PAGES.includes(route),
    );
    expect(documented.sort()).toEqual(served.sort());
  });

  it('if closed, is documented to answer 401', async () => {
    const { body } = await app.call('GET', '/api/docs-json');
    const paths = body['paths'] as Record<string, Record<string, { responses: object }>>;
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { responses }] of Object.entries(operations)) {
        const route = `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`;
        if (closed.includes(route)) expect({ route, ...responses }).toHaveProperty('401');
      }
    }
  });
});

function claims(token: string): { sub: string; sid: string } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    sub: string;
    sid: string;
  };
}

function forged(content: object, secret = SECRET): string {
  const key = createSecretKey(Buffer.from(secret));
  return jwt.sign(content, key, { header: { alg: 'HS256', typ: 'at+jwt' } });
}
