import { randomUUID } from 'node:crypto';
import type { ApiRequest } from '../support/app/api-client.js';
import { beforeSuite, Deployment, expectProblem } from './support/suite.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const LOGIN = '/api/v1/auth/login/json';
const REGISTER = '/api/v1/auth/register';
const REQUIRED = { code: 'required', message: 'Is required' };
const NO_TEXT = { code: 'not_a_text', message: 'Must be a text' };

/** What is wrong with a request is said in one shape, with a stable code, and never by a 500. */
describe('a request', () => {
  const deployment = beforeSuite(() => Deployment.start());
  const client = beforeSuite(() => deployment.client());
  const member = beforeSuite(() => deployment.accounts().signUp());
  const admin = beforeSuite(() => deployment.admin());

  const raw = (body: string, headers: Record<string, string> = JSON_TYPE, path = LOGIN) =>
    client.post(path, body, { headers });

  describe('with the path', () => {
    it.each(['/nowhere', '/api/v1/nowhere', '/api/v1/auth', '/api/v1/users/me/x', '/api/v2/sessions'])(
      '%s is answered with 404',
      async (path) => {
        expectProblem(await client.get(path), 404, 'not_found');
        expectProblem(await member.client.get(path), 404, 'not_found');
      },
    );

    it.each([
      ['GET', LOGIN],
      ['DELETE', '/api/v1/users'],
      ['POST', '/api/v1/sessions'],
      ['PUT', '/health'],
    ])('of the unknown operation %s %s is answered with 404', async (method, path) => {
      expectProblem(await member.client.send(method, path), 404, 'not_found');
    });

    it.each(['/%', '/%zz', '/api/v1/users/%E0%A4%A', '/api/v1/sessions/%ff', '/%c3%28'])(
      '%s, which is wrongly percent-encoded, is answered with 400',
      async (path) => {
        expectProblem(await member.client.get(path), 400, 'malformed_request');
      },
    );

    it('of a route is not answered with a 5xx when its method is OPTIONS', async () => {
      const answer = await client.send('OPTIONS', '/api/v1/sessions');
      if (answer.status >= 400) expectProblem(answer, answer.status);
      expect(answer.status).toBeLessThan(500);
    });

    it('of 10,000 characters is answered with 404 or 414', async () => {
      const { status } = await member.client.get(`/api/v1/sessions/${'x'.repeat(10_000)}`);
      expect([404, 414]).toContain(status);
    });
  });

  describe('with the body', () => {
    it.each(['{', '{"email":}', "{'email':'a'}", '{"a":1}{"b":2}', 'email=a', '\u0000', 'NaN'])(
      '%j, which is not JSON, is answered with 400',
      async (body) => {
        expectProblem(await raw(body), 400, 'malformed_body');
      },
    );

    it('left empty is answered with 400', async () => {
      expectProblem(await raw(''), 400, 'malformed_body');
    });

    it('missing is answered with 422 on every route that needs a body', async () => {
      for (const path of [LOGIN, REGISTER, '/api/v1/auth/login', '/api/v1/auth/refresh'])
        expectProblem(await client.post(path), 422, 'validation_failed');
      expectProblem(await member.client.post('/api/v1/users/me/change-password'), 422, 'validation_failed');
    });

    it.each([
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/jsonx',
      'nonsense',
    ])('of type %s is answered with 415', async (type) => {
      expectProblem(await raw('{}', { 'content-type': type }), 415, 'unsupported_media_type');
    });

    it('over 16 KiB is answered with 413, and up to 16 KiB is read', async () => {
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
    ])('%s instead of an object is answered with a 4xx', async (_, body) => {
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
    ])('that has %s in place of text is answered with a 422 that names the member', async (_, value) => {
      for (const field of ['email', 'password']) {
        const body = { email: 'a@example.org', password: 'Test1234', [field]: value };
        const { errors } = expectProblem(await client.post(LOGIN, body), 422, 'validation_failed');
        expect(errors).toEqual([{ field, ...(value === null ? REQUIRED : NO_TEXT) }]);
      }
      const refresh = await client.post('/api/v1/auth/refresh', { refresh_token: value });
      expectProblem(refresh, 422, 'validation_failed');
    });

    it('that has an unknown member is answered with a 422 that names the member', async () => {
      const body = { email: 'a@example.org', password: 'Test1234', remember: true };
      const { errors } = expectProblem(await client.post(LOGIN, body), 422, 'validation_failed');
      expect(errors).toEqual([{ field: 'remember', code: 'unknown_field', message: 'Is not known here' }]);
    });

    it.each([
      '{"__proto__":{"role":"admin"},"email":"a@example.org","password":"Test1234"}',
      '{"constructor":{"prototype":{"role":"admin"}},"email":"a@example.org","password":"Test1234"}',
      '{"email":"a@example.org","password":"Test1234","toString":1}',
      '{"email":"a@example.org","password":"Test1234","hasOwnProperty":"x"}',
    ])('%s is refused at login, and grants no role at registration', async (body) => {
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
    ])('that has %s in its text is answered without a 5xx', async (_, escape) => {
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

    it('that has a password up to its NUL is answered with 401', async () => {
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
    ])('%s is answered with 422', async (query) => {
      expectProblem(await admin.get(`/api/v1/users?${query}`), 422, 'validation_failed');
    });

    it.each(['constructor=1', 'q=%00', 'q=%', 'q=%ff', 'q=%ED%A0%80'])(
      '%s is answered without a 5xx',
      async (query) => {
        const { status } = await admin.get(`/api/v1/users?${query}`);
        expect(status).toBeLessThan(500);
      },
    );
  });

  describe('with the token', () => {
    const challenge = async (authorization: string | undefined) => {
      const options: ApiRequest = authorization === undefined ? {} : { headers: { authorization } };
      return client.get('/api/v1/users/me', options);
    };

    it('missing is answered with 401 and a challenge without an error (RFC 6750 §3.1)', async () => {
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
    ])(
      'that is invalid (case %#) is answered with 401 and a challenge that says so',
      async (authorization) => {
        const answer = await challenge(authorization);
        expectProblem(answer, 401, 'token_invalid');
        expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
      },
    );

    it('in the query or the body instead of the header is answered with 401', async () => {
      const { access_token } = member.tokens;
      expectProblem(await client.get(`/api/v1/sessions?access_token=${access_token}`), 401, 'token_missing');
      expectProblem(await client.post('/api/v1/auth/logout', { access_token }), 401, 'token_missing');
    });
  });
});
