import type { ApiResponse } from '../support/app/api-client.js';
import type { ReceivedRequest } from '../support/gateway/echo-api.js';
import type { GatewayName } from '../support/gateway/gateway.js';
import { RawConnection } from '../support/network/raw-http.js';
import { sql } from '../support/postgres/sql.js';
import { ADMIN } from './support/deployment.js';
import { GatewayStack, identity, identityOf } from './support/gateways.js';

const GATEWAYS: GatewayName[] = ['nginx', 'Caddy', 'HAProxy'];

/** What a client gets in place of the API's answer. */
function expectRefused({ status, headers, body }: ApiResponse<unknown>, expected: number): void {
  expect({ status, headers, body }).toMatchObject({ status: expected, body: { status: expected } });
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(headers['cache-control']).toBe('no-store');
  if (expected === 401) expect(headers['www-authenticate']).toMatch(/^Bearer/);
  if (expected === 503) expect(headers['retry-after']).toBe('1');
}

describe.each(GATEWAYS)('%s with the configuration of the documentation', (name) => {
  let stack: GatewayStack;

  beforeAll(async () => {
    stack = await GatewayStack.start(name);
  });
  afterAll(() => stack.stop());

  /** Runs a request that the gateway must not let through. */
  const refused = async (ask: () => Promise<ApiResponse<unknown>>, status: number) => {
    const before = stack.echo.received.length;
    const answer = await ask();
    expect(stack.echo.received.slice(before)).toEqual([]);
    expectRefused(answer, status);
  };

  it('lets a valid token through, and names the account, the role and the session to the API', async () => {
    const member = await stack.signUp();
    const { status, body } = await member.client.get<ReceivedRequest>('/orders/1?page=2');
    expect(status).toBe(200);
    expect(body).toMatchObject({ method: 'GET', url: '/orders/1?page=2' });
    expect(identityOf(body)).toEqual(identity(member));
  });

  it('sends the body of a request to the API, although the check has none', async () => {
    const { client } = await stack.signUp();
    for (const size of [10, 300_000]) {
      const order = { item: 'x'.repeat(size) };
      for (const method of ['POST', 'PUT', 'PATCH']) {
        const { body } = await client.send<ReceivedRequest>(method, '/orders', { body: order });
        expect(body.method).toBe(method);
        expect(JSON.parse(body.body)).toEqual(order);
      }
    }
  });

  it('refuses a request without a token, and tells the client how to send one', async () => {
    await refused(() => stack.client.get('/orders/1'), 401);
    await refused(() => stack.client.post('/orders', { item: 'x' }), 401);
    const wrong = await stack.client.as('garbage').get('/orders/1');
    expectRefused(wrong, 401);
    expect(wrong.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('refuses a token as soon as the logout is answered', async () => {
    const { client } = await stack.signUp();
    expect((await client.get('/orders/1')).status).toBe(200);
    expect((await client.post('/api/v1/auth/logout')).status).toBe(200);
    await refused(() => client.get('/orders/1'), 401);
  });

  it('demands the role of the configuration, however the path is written', async () => {
    const { client } = await stack.signUp();
    await refused(() => client.get('/admin/reports'), 403);
    await refused(() => client.get('/admin'), 403);
    await refused(() => client.get('/ADMIN/reports'), 403);
    await refused(() => client.get('/%61dmin/reports'), 403);
    const tokens = await stack.deployment.accounts().login(ADMIN);
    const admin = stack.client.as(tokens.access_token);
    const { status, body } = await admin.get<ReceivedRequest>('/admin/reports');
    expect(status).toBe(200);
    expect(identityOf(body)).toContain('x-auth-role: admin');
  });

  it('reaches no other path by dot segments and double slashes', async () => {
    const { tokens } = await stack.signUp();
    const before = stack.echo.received.length;
    for (const path of [
      '/public/../admin/x',
      '/public/%2e%2e/admin/x',
      '/public/..%2fadmin/x',
      '//admin/x',
    ]) {
      const connection = await RawConnection.open(stack.gateway.port);
      connection.send(
        `GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${tokens.access_token}\r\nConnection: close\r\n\r\n`,
      );
      const [answer] = await connection.receives(1);
      expect({ path, isRefused: [400, 403].includes(answer?.status ?? 0) }).toEqual({
        path,
        isRefused: true,
      });
    }
    expect(stack.echo.received.slice(before)).toEqual([]);
  });

  it('uses a new role as soon as the change is answered', async () => {
    const member = await stack.signUp();
    const admin = await stack.deployment.admin();
    await refused(() => member.client.get('/admin'), 403);
    await admin.patch(`/api/v1/users/${member.id}`, { role: 'admin' });
    const { body } = await member.client.get<ReceivedRequest>('/admin');
    expect(identityOf(body)).toEqual(identity(member, 'admin'));
  });

  it('forwards to the auth service the address of the client and a request id of its own', async () => {
    const { email, password } = await stack.deployment.accounts().register();
    const headers = { 'x-forwarded-for': '203.0.113.9', 'x-request-id': 'of-the-client' };
    const login = await stack.client.post<{ access_token: string }>(
      '/api/v1/auth/login/json',
      { email, password },
      { headers },
    );
    expect(login.status).toBe(200);
    const { body } = await stack.client
      .as(login.body.access_token)
      .get<{ sessions: { ip: string }[] }>('/api/v1/sessions');
    expect(body.sessions.map(({ ip }) => ip)).toEqual(['127.0.0.1']);
    const id = { headers: { 'x-request-id': 'of-the-client' } };
    const refusal = await stack.client.get('/api/v1/sessions', id);
    expect(refusal.body['request_id']).not.toBe('of-the-client');
  });

  it('keeps many connections and their accounts apart', async () => {
    const members = await Promise.all(Array.from({ length: 4 }, () => stack.signUp()));
    const connections = await Promise.all(
      Array.from({ length: 64 }, async (_, index) => ({
        member: index % 5 === 4 ? undefined : members[index % 5]!,
        connection: await RawConnection.open(stack.gateway.port),
      })),
    );
    await Promise.all(
      connections.map(async ({ member, connection }) => {
        const token = member === undefined ? '' : `Authorization: Bearer ${member.tokens.access_token}\r\n`;
        for (let round = 1; round <= 10; round++) {
          connection.send(`GET /orders/${round} HTTP/1.1\r\nHost: a\r\n${token}\r\n`);
          const answer = (await connection.receives(round))[round - 1];
          expect(answer?.status).toBe(member === undefined ? 401 : 200);
          if (member === undefined) continue;
          const received = JSON.parse(answer?.body ?? '') as ReceivedRequest;
          expect(received.url).toBe(`/orders/${round}`);
          expect(identityOf(received)).toEqual(identity(member));
        }
        connection.destroy();
      }),
    );
  });

  it('refuses requests that the auth service cannot judge', async () => {
    const { client } = await stack.signUp();
    const admin = await stack.deployment.admin();
    await admin.delete('/api/v1/cache');
    await sql(stack.deployment.databaseUrl, 'ALTER TABLE users RENAME TO gone');
    try {
      await refused(() => client.get('/orders/1'), 503);
      await refused(() => client.get('/admin'), 503);
    } finally {
      await sql(stack.deployment.databaseUrl, 'ALTER TABLE gone RENAME TO users');
    }
    expect((await client.get('/orders/1')).status).toBe(200);
  });

  it('refuses requests while the auth service is frozen, after a few seconds, and recovers', async () => {
    const { client } = await stack.signUp();
    stack.app.freeze();
    try {
      await refused(() => client.get('/orders/1', { timeoutMs: 9_000 }), 503);
      expect((await client.get('/public/x')).status).toBe(200);
    } finally {
      stack.app.thaw();
    }
    expect((await client.get('/orders/1')).status).toBe(200);
  });

  it('refuses requests while the auth service is down, and recovers', async () => {
    const { client } = await stack.signUp();
    await stack.app.kill9();
    await refused(() => client.get('/orders/1'), 503);
    await refused(() => client.post('/admin', {}), 503);
    expect((await client.get('/public/x')).status).toBe(200);
    await stack.app.restart();
    expect((await client.get('/orders/1')).status).toBe(200);
  });
});
