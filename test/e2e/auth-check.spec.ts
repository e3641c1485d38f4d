import { RawConnection } from '../support/network/raw-http.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { beforeSuite, Deployment, expectProblem, expectRevoked, type Member } from './support/suite.js';

const CHECK = '/api/v1/auth/check';
const EXT_AUTHZ = `${CHECK}/ext-authz`;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];
const PREFLIGHT = { origin: 'https://app.example.org', 'access-control-request-method': 'GET' };
const OTHER = 1;

describe('the check of an access token for a gateway', () => {
  const postgres = beforeSuite(() => PostgresServer.start());
  const deployment = beforeSuite(() => {
    const variables = { CORS_ORIGINS: PREFLIGHT.origin };
    return Deployment.start({ instances: [variables, variables], databaseUrl: postgres.url() });
  });
  const admin = beforeSuite(() => deployment.admin());

  const signUp = () => deployment.accounts().signUp();
  const identity = ({ id, sessionId }: Member, role = 'student') => ({
    'x-auth-user-id': id,
    'x-auth-role': role,
    'x-auth-session-id': sessionId,
  });

  it('answers with the account, its role and its session, and with no body', async () => {
    const member = await signUp();
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const { status, headers, body } = await member.client.send(method, CHECK);
      expect({ status, body }).toEqual({ status: 200, body: '' });
      expect(headers).toMatchObject({
        ...identity(member),
        'content-length': '0',
        'cache-control': 'no-store',
      });
      expect(headers).not.toHaveProperty('content-type');
    }
  });

  it('goes by the token alone, whatever else the client sends', async () => {
    const member = await signUp();
    const other = await signUp();
    const headers = {
      ...identity(other, 'admin'),
      'x-forwarded-method': 'DELETE',
      'x-forwarded-uri': '/admin',
      'content-type': 'application/json',
    };
    expect((await member.client.get(CHECK, { headers })).headers).toMatchObject(identity(member));
  });

  it('refuses a missing, a malformed and a revoked token with 401 and a challenge', async () => {
    const client = deployment.client();
    const missing = await client.get(CHECK, { headers: { 'x-auth-user-id': 'spoofed' } });
    expectProblem(missing, 401, 'token_missing');
    expect(missing.headers).not.toHaveProperty('x-auth-user-id');
    expectProblem(await client.as('garbage').get(CHECK), 401, 'token_invalid');
    const member = await signUp();
    expectProblem(await client.as(member.tokens.refresh_token).get(CHECK), 401, 'token_invalid');
    await member.client.post('/api/v1/auth/logout');
    for (const instance of [0, OTHER]) {
      expectRevoked(await deployment.client(instance).as(member.tokens.access_token).get(CHECK));
      const head = await deployment.client(instance).as(member.tokens.access_token).send('HEAD', CHECK);
      expect(head.status).toBe(401);
      expect(head.headers['www-authenticate']).toContain('error="invalid_token"');
    }
  });

  it('demands one of the roles that the gateway asks for', async () => {
    const { client } = await signUp();
    for (const query of ['?role=student', '?role=admin&role=student', '?role=student&role=student'])
      expect((await client.get(CHECK + query)).status).toBe(200);
    for (const query of ['?role=admin', '?role=admin&role=researcher']) {
      expectProblem(await client.get(CHECK + query), 403, 'forbidden');
      expectProblem(await deployment.client().get(CHECK + query), 401, 'token_missing');
      expect((await admin.get(CHECK + query)).status).toBe(200);
    }
  });

  it('goes by the current role on every instance', async () => {
    const member = await signUp();
    const elsewhere = deployment.client(OTHER).as(member.tokens.access_token);
    expectProblem(await elsewhere.get(`${CHECK}?role=researcher`), 403, 'forbidden');
    await admin.patch(`/api/v1/users/${member.id}`, { role: 'researcher' });
    expect((await elsewhere.get(`${CHECK}?role=researcher`)).headers).toMatchObject(
      identity(member, 'researcher'),
    );
    await admin.patch(`/api/v1/users/${member.id}`, { role: 'student' });
    expectProblem(await elsewhere.get(`${CHECK}?role=researcher`), 403, 'forbidden');
  });

  it('lets nobody through when a query parameter is misspelt or unknown', async () => {
    for (const query of [
      '?role=',
      '?role=root',
      '?role=admin,student',
      '?role=Admin',
      '?role=root&role=student',
      '?role[]=admin',
      '?role.x=admin',
      '?Role=admin',
      '?roles=admin',
      '?role=admin&x=1',
      '?role=constructor',
      '?__proto__=admin',
      '?role',
      '?=',
    ]) {
      const { errors } = expectProblem(await admin.get(CHECK + query), 422, 'validation_failed');
      expect(errors).toHaveLength(1);
    }
  });

  it('lets nobody in by a role that is misspelt beside others', async () => {
    const { client } = await signUp();
    expect((await admin.get(`${CHECK}?role=admin&role=root`)).status).toBe(200);
    expectProblem(await client.get(`${CHECK}?role=admin&role=root`), 422, 'validation_failed');
  });

  it('refuses a preflight without a token', async () => {
    for (const path of [CHECK, `${EXT_AUTHZ}/orders`]) {
      const preflight = await deployment.client().send('OPTIONS', path, { headers: PREFLIGHT });
      expectProblem(preflight, 401, 'token_missing');
      expect(preflight.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  it('answers 503 when neither the cache nor PostgreSQL can answer', async () => {
    const { client } = await signUp();
    await admin.delete('/api/v1/cache');
    postgres.freeze();
    try {
      const answer = await client.get(CHECK);
      expectProblem(answer, 503, 'temporarily_unavailable');
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.headers).not.toHaveProperty('x-auth-user-id');
    } finally {
      postgres.thaw();
    }
  });

  describe('for gateways that keep the method and append the path of the client', () => {
    const paths = [
      '/',
      '/orders/1?page=2',
      '/orders?role=admin',
      `/${'long/'.repeat(500)}`,
      '/a/../b',
      '//a',
    ];

    it('accepts every method and path with a token', async () => {
      const member = await signUp();
      for (const path of paths) {
        const { status, headers } = await member.client.get(EXT_AUTHZ + path);
        expect({ path, status }).toEqual({ path, status: 200 });
        expect(headers).toMatchObject(identity(member));
      }
      for (const method of METHODS) {
        const { status, headers, body } = await member.client.send(method, `${EXT_AUTHZ}/orders`, {
          headers: { 'content-length': '0', ...PREFLIGHT },
        });
        expect({ method, status, body }).toEqual({ method, status: 200, body: '' });
        expect(headers).toMatchObject(identity(member));
      }
    });

    it('refuses every method and path without a token', async () => {
      for (const path of paths)
        expectProblem(await deployment.client().get(EXT_AUTHZ + path), 401, 'token_missing');
      for (const method of METHODS) {
        const { status } = await deployment
          .client()
          .send(method, `${EXT_AUTHZ}/orders`, { headers: PREFLIGHT });
        expect({ method, status }).toEqual({ method, status: 401 });
      }
    });

    it('answers 404 when a role is asked for, which only the other route can check', async () => {
      expectProblem(await admin.get(`${EXT_AUTHZ}?role=admin/orders`), 404, 'not_found');
      expectProblem(await admin.post(`${CHECK}/orders?role=admin`), 404, 'not_found');
    });

    it('refuses a path that cannot be decoded', async () => {
      const { tokens } = await signUp();
      const connection = await RawConnection.open(deployment.apps[0]!.port);
      connection.send(
        `GET ${EXT_AUTHZ}/%zz HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${tokens.access_token}\r\n\r\n`,
      );
      expect((await connection.receives(1))[0]).toMatchObject({ status: 400 });
    });
  });
});
