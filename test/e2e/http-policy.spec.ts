import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeSuite, Deployment, expectProblem } from './support/suite.js';

const ORIGIN = 'https://app.example.org';
const PREFLIGHT = {
  'access-control-request-method': 'DELETE',
  'access-control-request-headers': 'authorization,content-type',
};

describe('every answer', () => {
  const deployment = beforeSuite(() =>
    Deployment.start({
      instances: [
        { CORS_ORIGINS: `${ORIGIN}, http://localhost:4000` },
        { CORS_ORIGINS: '*' },
        { NODE_ENV: 'production' },
      ],
    }),
  );
  const client = beforeSuite(() => deployment.client());

  it('keeps browsers from sniffing, framing and leaking, also on failures', async () => {
    const pages = { '/api/docs': "default-src 'self'" };
    const data = ['/', '/health', '/api/v1/users/me', '/nowhere', '/%'].map((path) => [
      path,
      "default-src 'none'",
    ]);
    for (const [path = '', policy] of [...data, ...Object.entries(pages)]) {
      const { headers } = await client.get(path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining(policy ?? ''),
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
      });
      expect(headers['content-security-policy']).toContain("base-uri 'none'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).toMatch(/object-src 'none'|default-src 'none'/);
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('set-cookie');
    }
  });

  it('with tokens or personal data is kept out of shared caches', async () => {
    const { client: member, tokens } = await deployment.accounts().signUp();
    const refreshed = await deployment.accounts().refresh(tokens.refresh_token);
    for (const { headers } of [
      refreshed,
      await member.get('/api/v1/users/me'),
      await member.get('/api/v1/sessions'),
    ])
      expect(headers['cache-control']).toMatch(/no-store|private/);
  });

  describe('to browsers of other origins', () => {
    it('admits the configured origins, and no others', async () => {
      for (const origin of [ORIGIN, 'http://localhost:4000']) {
        const { headers } = await client.get('/health', { headers: { origin } });
        expect(headers['access-control-allow-origin']).toBe(origin);
        expect(headers['vary']).toMatch(/origin/i);
      }
      for (const origin of [
        'https://evil.example',
        `${ORIGIN}.evil.example`,
        'http://app.example.org',
        'null',
      ]) {
        const { headers } = await client.get('/health', { headers: { origin } });
        expect(headers).not.toHaveProperty('access-control-allow-origin');
      }
    });

    it('admits the configured origins in a preflight, and no others', async () => {
      const headers = { origin: ORIGIN, ...PREFLIGHT };
      const allowed = await client.send('OPTIONS', '/api/v1/sessions', { headers });
      expect([200, 204]).toContain(allowed.status);
      expect(allowed.headers['access-control-allow-origin']).toBe(ORIGIN);
      expect(allowed.headers['access-control-allow-methods']).toMatch(/\bDELETE\b/);
      expect(allowed.headers['access-control-allow-headers']).toMatch(/authorization/i);
      const refused = await client.send('OPTIONS', '/api/v1/sessions', {
        headers: { ...headers, origin: 'https://evil.example' },
      });
      expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
    });

    it('lets scripts read the headers of a refusal', async () => {
      const { headers, status } = await client.get('/api/v1/users/me', { headers: { origin: ORIGIN } });
      expect(status).toBe(401);
      expect(headers['access-control-allow-origin']).toBe(ORIGIN);
      expect(headers['access-control-expose-headers']).toMatch(/WWW-Authenticate/i);
    });

    it('admits every origin with *, but without credentials', async () => {
      const { headers } = await deployment
        .client(1)
        .get('/health', { headers: { origin: 'https://any.example' } });
      expect(['*', 'https://any.example']).toContain(headers['access-control-allow-origin']);
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    });

    it('admits no origin in production unless it is configured', async () => {
      const headers = { origin: ORIGIN, ...PREFLIGHT };
      for (const [method, path, status] of [
        ['GET', '/health', 200],
        ['OPTIONS', '/api/v1/sessions', 404],
      ] as const) {
        const answer = await deployment.client(2).send(method, path, { headers });
        expect(answer.status).toBe(status);
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    });
  });

  it('is a well-formed 4xx also for bytes that are not HTTP', async () => {
    const { port } = deployment.apps[0]!;
    for (const garbage of ['garbage\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nX\r\n\r\n']) {
      const socket = connect(port, '127.0.0.1');
      socket.end(garbage);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    expectProblem(await client.get('/nowhere'), 404);
  });

  it('echoes nothing of a TRACE request, and lists no folder', async () => {
    const headers = { 'x-canary': 'canary' };
    const traced = await client.send('TRACE', '/', { headers });
    expectProblem(traced, 404);
    expect(JSON.stringify(traced.body)).not.toContain('canary');
    for (const folder of ['/api', '/api/', '/api/docs/docs', '/api/docs/docs/']) {
      const { body } = await client.get(folder);
      expect(JSON.stringify(body)).not.toMatch(/README\.md|package\.json/);
    }
  });

  it('at the root has the name, the version and the address of the documentation', async () => {
    for (const path of ['/', '/api/v1/info']) {
      const { status, body } = await client.get(path);
      expect(status).toBe(200);
      expect(body).toEqual({
        name: 'ergodrive-backend',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        status: 'running',
        docs: '/api/docs',
      });
    }
  });
});
