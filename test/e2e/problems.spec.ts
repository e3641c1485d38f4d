import { randomUUID } from 'node:crypto';
import type { ApiClient, ApiRequest } from '../support/app/api-client.js';
import type { Member } from './support/accounts.js';
import { Deployment } from './support/deployment.js';
import { expectProblem } from './support/expectations.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const LOGIN = '/api/v1/auth/login/json';
const REGISTER = '/api/v1/auth/register';

/** What is wrong with a request is said in one shape, with a stable code, and never by a 500. */
describe('problems', () => {
  let deployment: Deployment;
  let client: ApiClient;
  let member: Member;
  let admin: ApiClient;

  beforeAll(async () => {
    deployment = await Deployment.start();
    client = deployment.client();
    member = await deployment.accounts().signUp();
    admin = await deployment.admin();
  });
  afterAll(() => deployment.stop());

  const raw = (body: string, headers: Record<string, string> = JSON_TYPE, path = LOGIN) =>
    client.post(path, body, { headers });

  describe('with the path', () => {
    it.each(['/nowhere', '/api/v1/nowhere', '/api/v1/auth', '/api/v1/users/me/x', '/api/v2/sessions'])(
      '%s: 404',
      async (path) => {
        expectProblem(await client.get(path), 404, 'not_found');
        expectProblem(await member.client.get(path), 404, 'not_found');
      },
    );

    it.each([
      ['GET', LOGIN],
      ['DELETE', '/api/v1/users/me'],
      ['POST', '/api/v1/sessions'],
      ['PUT', '/health'],
    ])('%s %s, a method that it does not know: 404', async (method, path) => {
      expectProblem(await member.client.send(method, path), 404, 'not_found');
    });

    it.each(['/%', '/%zz', '/api/v1/users/%E0%A4%A', '/api/v1/sessions/%ff', '/%c3%28'])(
      '%s, which is not percent-encoding: 400',
      async (path) => {
        expectProblem(await member.client.get(path), 400, 'malformed_request');
      },
    );

    it('asked for its options without being a preflight: no failure of another shape', async () => {
      const answer = await client.send('OPTIONS', '/api/v1/sessions');
      if (answer.status >= 400) expectProblem(answer, answer.status);
      expect(answer.status).toBeLessThan(500);
    });

    it('longer than any route: no 5xx', async () => {
      const { status } = await member.client.get(`/api/v1/sessions/${'x'.repeat(10_000)}`);
      expect([404, 414]).toContain(status);
    });
  });

  describe('with the body', () => {
    it.each(['{', '{"email":}', "{'email':'a'}", '{"a":1}{"b":2}', 'email=a', '\u0000', 'NaN'])(
      '%j, which is not JSON: 400',
      async (body) => {
        expectProblem(await raw(body), 400, 'malformed_body');
      },
    );

    it('empty: 400', async () => {
      expectProblem(await raw(''), 400, 'malformed_body');
    });

    it('absent: 4xx, on every route that needs one', async () => {
      for (const path of [LOGIN, REGISTER, '/api/v1/auth/login', '/api/v1/auth/refresh']) {
        expectProblem(await client.post(path), 422, 'validation_failed');
      }
      expectProblem(await member.client.post('/api/v1/users/me/change-password'), 422, 'validation_failed');
    });

    it.each([
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/jsonx',
      'nonsense',
    ])('of type %s: 415', async (type) => {
      expectProblem(await raw('{}', { 'content-type': type }), 415, 'unsupported_media_type');
    });

    it('of more than 16 KiB: 413; below that it is read', async () => {
      const ofSize = (bytes: number) => JSON.stringify({ email: 'x'.repeat(bytes - 12) });
      expectProblem(await raw(ofSize(16_385)), 413, 'body_too_large');
      expectProblem(await raw(ofSize(1_000_000)), 413, 'body_too_large');
      expectProblem(await raw(ofSize(16_384)), 422, 'validation_failed');
    });

    it.each([
      ['a list', []],
      ['a list of objects', [{ email: 'a@example.org', password: 'Test1234' }]],
      ['a number', 1],
      ['text', '"text"'],
      ['true', true],
      ['null', 'null'],
    ])('%s instead of an object: 4xx', async (_, body) => {
      const answer = typeof body === 'string' ? await raw(body) : await client.post(LOGIN, body);
      expect([400, 422]).toContain(answer.status);
      expectProblem(answer, answer.status);
    });

    it.each([
      ['a list', ['a@example.org']],
      ['an object', { $ne: '' }],
      ['a number', 5],
      ['a boolean', true],
      ['null', null],
      ['a list of lists', [[]]],
    ])('with %s in place of text: 422, naming the member', async (_, value) => {
      for (const field of ['email', 'password']) {
        const body = { email: 'a@example.org', password: 'Test1234', [field]: value };
        const { errors } = expectProblem(await client.post(LOGIN, body), 422, 'validation_failed');
        expect(errors).toEqual([{ field, message: expect.stringContaining(field) }]);
      }
      const refresh = await client.post('/api/v1/auth/refresh', { refresh_token: value });
      expectProblem(refresh, 422, 'validation_failed');
    });

    it('with an unknown member: 422, naming it', async () => {
      const answer = await client.post(LOGIN, {
        email: 'a@example.org',
        password: 'Test1234',
        remember: true,
      });
      const { errors } = expectProblem(answer, 422, 'validation_failed');
      expect(errors).toEqual([{ field: 'remember', message: expect.any(String) }]);
    });

    it.each([
      '{"__proto__":{"role":"admin"},"email":"a@example.org","password":"Test1234"}',
      '{"constructor":{"prototype":{"role":"admin"}},"email":"a@example.org","password":"Test1234"}',
      '{"email":"a@example.org","password":"Test1234","toString":1}',
      '{"email":"a@example.org","password":"Test1234","hasOwnProperty":"x"}',
    ])('%s: 4xx, and nothing is taken over', async (body) => {
      const answer = await raw(body);
      expect([400, 401, 422]).toContain(answer.status);
      expectProblem(answer, answer.status);
      const registered = await raw(
        body.replace('a@example.org', `${randomUUID()}@example.org`).replace(/}$/, ',"full_name":"A"}'),
        JSON_TYPE,
        REGISTER,
      );
      if (registered.status === 201) expect(registered.body['role']).toBe('student');
      else expectProblem(registered, registered.status);
      expect(registered.status).toBeLessThan(500);
    });

    it.each([
      ['NUL', '\\u0000'],
      ['a lone high surrogate', '\\ud800'],
      ['a lone low surrogate', '\\udc00'],
    ])('with %s in its text: refused or kept as it is, never a 500', async (_, escape) => {
      const bodies = {
        [LOGIN]: `{"email":"a${escape}@example.org","password":"x${escape}y"}`,
        [REGISTER]: `{"email":"${randomUUID()}@example.org","password":"Test1234","full_name":"A${escape}B"}`,
        '/api/v1/auth/refresh': `{"refresh_token":"${escape}"}`,
      };
      for (const [path, body] of Object.entries(bodies)) {
        const { status } = await raw(body, JSON_TYPE, path);
        expect(status).toBeLessThan(500);
      }
      const headers = { ...JSON_TYPE };
      const renamed = await member.client.patch('/api/v1/users/me', `{"full_name":"A${escape}B"}`, {
        headers,
      });
      expect(renamed.status).toBeLessThan(500);
      await expect(member.client.get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    });

    it('with the same password for a NUL and for nothing: two different passwords', async () => {
      const account = await deployment.accounts().register({ password: 'Test1234\u0000tail' });
      await deployment.accounts().login(account);
      expectProblem(await deployment.accounts().tryLogin({ ...account, password: 'Test1234' }), 401);
    });
  });

  describe('with the query', () => {
    it.each([
      'page=1&page=2',
      'page[]=1',
      'page[a]=1',
      'page_size=1e3',
      'page=9007199254740993',
      'page=-0.5',
      'q=a&q=b',
      'q[]=a',
      '__proto__[role]=admin',
    ])('%s: 422', async (query) => {
      expectProblem(await admin.get(`/api/v1/users?${query}`), 422, 'validation_failed');
    });

    it.each(['constructor=1', 'q=%00', 'q=%', 'q=%ff', 'q=%ED%A0%80'])('%s: no 5xx', async (query) => {
      const { status } = await admin.get(`/api/v1/users?${query}`);
      expect(status).toBeLessThan(500);
    });
  });

  describe('with the token', () => {
    const challenge = async (authorization: string | undefined) => {
      const options: ApiRequest = authorization === undefined ? {} : { headers: { authorization } };
      return client.get('/api/v1/users/me', options);
    };

    it('absent: 401, and the challenge says no more than what is wanted (RFC 6750 §3.1)', async () => {
      const answer = await challenge(undefined);
      expectProblem(answer, 401, 'token_missing');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    });

    it.each([
      'Bearer garbage',
      'Bearer',
      'Bearer  ',
      'Basic YTpi',
      'bearer a.b.c',
      'Bearer ..',
      `Bearer ${'x'.repeat(8000)}`,
    ])('%.20s: 401, and the challenge says that it is invalid', async (authorization) => {
      const answer = await challenge(authorization);
      expectProblem(answer, 401, 'token_invalid');
      expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    });

    it('in the query or the body, where none is looked for: 401', async () => {
      const { access_token } = member.tokens;
      expectProblem(await client.get(`/api/v1/sessions?access_token=${access_token}`), 401, 'token_missing');
      expectProblem(await client.post('/api/v1/auth/logout', { access_token }), 401, 'token_missing');
    });
  });
});
