import fc from 'fast-check';
import type { ApiResponse } from '../support/app/api-client.js';
import { beforeSuite, Deployment } from './support/suite.js';

const RUNS = 150;

/** Text as attackers and broken clients send it: any code unit, and what breaks parsers and databases. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom(
    '\u0000',
    '\ud800',
    '{}',
    "'; --",
    '%',
    '../..',
    '🙂',
    'a@example.org',
    'Test1234',
    '-1',
    'NaN',
  ),
);
const value = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }), fc.double(), fc.bigInt().map(String));
const member = fc.constantFrom(
  ...['email', 'password', 'username', 'full_name', 'role', 'is_active', 'refresh_token', 'token'],
  ...['current_password', 'new_password', 'grant_type', '__proto__', 'constructor', 'toString', 'id'],
);
const body = fc.oneof(fc.dictionary(fc.oneof(member, text), value, { maxKeys: 6 }), fc.jsonValue());
const query = fc.array(
  fc.tuple(fc.constantFrom('page', 'page_size', 'q', 'include_current', 'cursor', 'limit', 'x[]'), text),
  { maxLength: 4 },
);
const segment = fc.oneof(
  text.map(encodeSafely),
  fc.uuid(),
  fc.string({ unit: fc.constantFrom('%', '.', '0', 'f') }),
);

/** A lone surrogate cannot be encoded; its bytes can be sent all the same. */
function encodeSafely(plain: string): string {
  return /\p{Surrogate}/u.test(plain) ? '%ED%A0%80' : encodeURIComponent(plain);
}

const BODY_ROUTES = [
  ['POST', '/api/v1/auth/register'],
  ['POST', '/api/v1/auth/login'],
  ['POST', '/api/v1/auth/login/json'],
  ['POST', '/api/v1/auth/refresh'],
  ['POST', '/api/v1/users/me/change-password'],
  ['PUT', '/api/v1/users/me'],
  ['PATCH', '/api/v1/users/me'],
  ['PATCH', '/api/v1/users/00000000-0000-4000-8000-000000000000'],
] as const;
const QUERY_ROUTES = ['/api/v1/sessions', '/api/v1/users', '/api/v1/audit', '/health', '/metrics'] as const;

describe('hostile input', () => {
  const deployment = beforeSuite(() => Deployment.ofProcesses());
  const admin = beforeSuite(() => deployment.admin());

  /** Never a 5xx; a refusal is a problem; and the server goes on. */
  const expectComposure = ({ status, headers }: ApiResponse<unknown>) => {
    expect(status).toBeLessThan(500);
    if (status >= 400) expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  };

  it('as a JSON body is answered without a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...BODY_ROUTES), body, async ([method, path], content) => {
        const options = { body: JSON.stringify(content), headers: { 'content-type': 'application/json' } };
        expectComposure(await admin.send(method, path, options));
      }),
      { numRuns: RUNS },
    );
  });

  it('as text of any content type is answered without a 5xx', async () => {
    const type = fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      '',
      'a/b',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...BODY_ROUTES),
        text,
        type,
        async ([method, path], content, contentType) => {
          const options = { body: content, headers: { 'content-type': contentType } };
          expectComposure(await admin.send(method, path, options));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('as a query is answered without a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...QUERY_ROUTES), query, async (path, parameters) => {
        const search = parameters.map(([name, content]) => `${name}=${encodeSafely(content)}`).join('&');
        expectComposure(await admin.get(`${path}?${search}`));
      }),
      { numRuns: RUNS },
    );
  });

  it('as a path is answered without a 5xx', async () => {
    const route = fc.constantFrom('/api/v1/users/', '/api/v1/sessions/', '/api/v1/', '/', '/api/docs/');
    const method = fc.constantFrom('GET', 'DELETE', 'PATCH');
    await fc.assert(
      fc.asyncProperty(method, route, segment, async (verb, path, part) => {
        // DELETE of all sessions is no hostile input: it would end the one that this suite uses.
        fc.pre(!(verb === 'DELETE' && part === ''));
        expectComposure(await admin.send(verb, path + part));
      }),
      { numRuns: RUNS },
    );
  });

  it('as a token is answered with 401', async () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    });
    const part = fc.oneof(
      printable,
      fc.jsonValue().map((json) => Buffer.from(JSON.stringify(json)).toString('base64url')),
    );
    const token = fc.oneof(
      printable,
      fc.array(part, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(token, async (content) => {
        const headers = { authorization: `Bearer ${content}` };
        const answer = await deployment.client().get('/api/v1/users/me', { headers });
        expect(answer.status).toBe(401);
        expectComposure(answer);
      }),
      { numRuns: RUNS },
    );
  });

  afterEach(async () => {
    await expect(admin.get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    expect(deployment.apps[0]?.output).not.toMatch(/\bERROR\b/);
  });
});
