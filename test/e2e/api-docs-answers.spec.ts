import { randomUUID } from 'node:crypto';
import { ADMIN, startDocumentedApp } from './support/api-docs-app.js';
import { DocumentedClient } from './support/api-docs-client.js';
import { beforeSuite } from './support/before-suite.js';

const PASSWORD = 'correct horse battery';
const MALFORMED = { body: '{', headers: { 'content-type': 'application/json' } };

interface Tokens {
  access_token: string;
  refresh_token: string;
}

// The client throws at every answer whose status, media type, body or code is not in the document.
describe('the documented answers', () => {
  const app = beforeSuite(() => startDocumentedApp());
  const visitor = beforeSuite(() => DocumentedClient.of(app));
  const admin = beforeSuite(async () => visitor.as((await logIn(ADMIN.email, ADMIN.password)).access_token));

  async function logIn(email: string, password = PASSWORD): Promise<Tokens> {
    const { body } = await visitor.call<Tokens>('POST /api/v1/auth/login/json', {
      body: { email, password },
    });
    return body;
  }

  async function newAccount(): Promise<{ id: string; email: string }> {
    const account = { email: `${randomUUID()}@example.org`, password: PASSWORD, full_name: 'Ada' };
    const { status, body } = await visitor.call<{ id: string; email: string }>('POST /api/v1/auth/register', {
      body: account,
    });
    expect(status).toBe(201);
    return body;
  }

  it('match the answers of registration', async () => {
    const { email } = await newAccount();
    const account = { email, password: PASSWORD, full_name: 'Ada' };
    const ambitious = { ...account, email: 'eve@example.org', role: 'admin' };
    const requests = [
      MALFORMED,
      { body: account },
      { body: { ...account, email: 'no' } },
      { body: ambitious },
    ];
    await expect(visitor.statuses('POST /api/v1/auth/register', ...requests)).resolves.toEqual([
      400, 409, 422, 403,
    ]);
  });

  it('match the answers of logging in, by form and by JSON', async () => {
    const { id, email } = await newAccount();
    const form = (password: string) => ({ body: new URLSearchParams({ username: email, password }) });
    const json = (password: string) => ({ body: { email, password } });
    const [byForm, byJson] = ['POST /api/v1/auth/login', 'POST /api/v1/auth/login/json'];
    await expect(visitor.statuses(byForm, form(PASSWORD), form('wrong'), form(''))).resolves.toEqual([
      200, 401, 422,
    ]);
    await expect(
      visitor.statuses(byJson, json(PASSWORD), json('wrong'), json(''), MALFORMED),
    ).resolves.toEqual([200, 401, 422, 400]);
    await admin.call('PATCH /api/v1/users/{id}', { id, body: { is_active: false } });
    await expect(visitor.statuses(byForm, form(PASSWORD))).resolves.toEqual([403]);
    await expect(visitor.statuses(byJson, json(PASSWORD))).resolves.toEqual([403]);
    const attempts = Array.from({ length: 11 }, () => json('wrong'));
    await expect(visitor.statuses(byJson, ...attempts)).resolves.toContain(429);
    await expect(visitor.statuses(byForm, form(PASSWORD))).resolves.toEqual([429]);
  });

  it('match the answers of refreshing and logging out', async () => {
    const { email } = await newAccount();
    const tokens = await logIn(email);
    const refresh = { body: { refresh_token: tokens.refresh_token } };
    const noToken = { body: { refresh_token: 'no token' } };
    await expect(
      visitor.statuses('POST /api/v1/auth/refresh', refresh, noToken, { body: {} }, MALFORMED),
    ).resolves.toEqual([200, 401, 422, 400]);
    const member = visitor.as(tokens.access_token);
    await expect(member.statuses('POST /api/v1/auth/logout', {}, {})).resolves.toEqual([200, 401]);
    await expect(visitor.statuses('POST /api/v1/auth/refresh', refresh)).resolves.toEqual([401]);
  });

  it("match the answers about the caller's account", async () => {
    const { email } = await newAccount();
    const member = visitor.as((await logIn(email)).access_token);
    await expect(member.statuses('GET /api/v1/users/me', {})).resolves.toEqual([200]);
    await expect(visitor.statuses('GET /api/v1/users/me', {})).resolves.toEqual([401]);
    const checks = [{}, { query: { role: 'admin' } }, { query: { role: 'root' } }];
    await expect(member.statuses('GET /api/v1/auth/check', ...checks)).resolves.toEqual([200, 403, 422]);
    await expect(visitor.statuses('GET /api/v1/auth/check', {})).resolves.toEqual([401]);
    const renaming = [{ body: { full_name: 'Ada King' } }, { body: { full_name: '' } }, MALFORMED];
    await expect(member.statuses('PUT /api/v1/users/me', ...renaming)).resolves.toEqual([200, 422, 400]);
    await expect(member.statuses('PATCH /api/v1/users/me', ...renaming)).resolves.toEqual([200, 422, 400]);
    const change = (current_password: string, new_password: string) => ({
      body: { current_password, new_password },
    });
    await expect(
      member.statuses(
        'POST /api/v1/users/me/change-password',
        change('wrong', 'a new horse battery'),
        change(PASSWORD, 'short'),
        change(PASSWORD, 'a new horse battery'),
        MALFORMED,
      ),
    ).resolves.toEqual([403, 422, 200, 400]);
  });

  it("match the answers about the caller's sessions", async () => {
    const { email } = await newAccount();
    const member = visitor.as((await logIn(email)).access_token);
    await logIn(email);
    const { body } = await member.call<{ sessions: { id: string; current: boolean }[] }>(
      'GET /api/v1/sessions',
    );
    const other = body.sessions.find(({ current }) => !current);
    await expect(member.statuses('GET /api/v1/sessions', { query: { page: '0' } })).resolves.toEqual([422]);
    await expect(
      member.statuses(
        'DELETE /api/v1/sessions/{id}',
        { id: other?.id },
        { id: other?.id },
        { id: 'no-uuid' },
      ),
    ).resolves.toEqual([204, 404, 404]);
    await expect(
      member.statuses(
        'DELETE /api/v1/sessions',
        { query: { include_current: 'maybe' } },
        {},
        { query: { include_current: 'true' } },
        {},
      ),
    ).resolves.toEqual([422, 204, 204, 401]);
  });

  it('match the answers of administration', async () => {
    const { id, email } = await newAccount();
    const member = visitor.as((await logIn(email)).access_token);
    for (const route of ['GET /api/v1/users', 'GET /api/v1/audit', 'GET /api/v1/cache/stats']) {
      await expect(admin.statuses(route, {})).resolves.toEqual([200]);
      await expect(member.statuses(route, {})).resolves.toEqual([403]);
    }
    await expect(admin.statuses('GET /api/v1/users', { query: { page_size: '0' } })).resolves.toEqual([422]);
    const unknown = randomUUID();
    await expect(admin.statuses('GET /api/v1/users/{id}', { id }, { id: unknown })).resolves.toEqual([
      200, 404,
    ]);
    await expect(
      admin.statuses(
        'GET /api/v1/users/{id}/sessions',
        { id },
        { id, query: { page: '0' } },
        { id: unknown },
      ),
    ).resolves.toEqual([200, 422, 404]);
    await expect(
      admin.statuses('DELETE /api/v1/users/{id}/sessions', { id }, { id: unknown }),
    ).resolves.toEqual([204, 404]);
    await expect(admin.statuses('DELETE /api/v1/cache', {})).resolves.toEqual([200]);
    const { body: self } = await admin.call<{ id: string }>('GET /api/v1/users/me');
    await expect(
      admin.statuses(
        'PATCH /api/v1/users/{id}',
        { id, body: { role: 'researcher' } },
        { id, body: { role: 'emperor' } },
        { id: unknown, body: { role: 'researcher' } },
        { id: self.id, body: { role: 'student' } },
        { id, ...MALFORMED },
      ),
    ).resolves.toEqual([200, 422, 404, 409, 400]);
  });

  it.each([
    '/',
    '/api/v1/info',
    '/health',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/.well-known/jwks.json',
    '/.well-known/oauth-authorization-server',
    '/.well-known/ssf-configuration',
  ])('match the answers of GET %s', async (path) => {
    await expect(visitor.statuses(`GET ${path}`, {})).resolves.toEqual([200]);
  });
});
