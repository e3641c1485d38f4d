import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { api } from '../support/app/api-client.js';
import { OtlpCollector } from '../support/network/otlp-collector.js';
import type { ReceivedSpan } from '../support/network/otlp-traces.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { beforeSuite, Deployment } from './support/suite.js';

const [BEHIND_PROXY, EXPOSED, SAMPLED] = [0, 1, 2];
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const traceparent = (flags: '00' | '01') => ({ traceparent: `00-${TRACE_ID}-${PARENT_ID}-${flags}` });

const isRequest = (id: string) => (span: ReceivedSpan) => span.attributes['ergodrive.request_id'] === id;
const systemsOf = (spans: readonly ReceivedSpan[]) =>
  spans.map(({ attributes }) => attributes['db.system.name']);

/** What a collector gets of the application. */
describe('traces', () => {
  const collector = beforeSuite(() => OtlpCollector.start());
  const deployment = beforeSuite(() => {
    const env = {
      NODE_ENV: 'test',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector-key',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    };
    const proxied = { ...env, TRUSTED_PROXIES: '1', OTEL_SERVICE_NAME: 'accounts' };
    return Deployment.ofProcesses({
      instances: [proxied, env, { ...proxied, OTEL_TRACES_SAMPLER: 'parentbased_always_off' }],
    });
  });
  const member = beforeSuite(() => deployment.accounts().signUp());

  /** Sends a request with an id of its own. @returns the status of the answer, and the trace */
  async function traced(
    method: string,
    path: string,
    options: { body?: unknown; token?: string; headers?: Record<string, string> } = {},
  ) {
    const id = randomUUID();
    const headers = { ...options.headers, 'x-request-id': id };
    const { status } = await deployment.client().send(method, path, { ...options, headers });
    return { id, status, ...(await collector.trace(isRequest(id))) };
  }

  it('have a server span for a request, with its route, its status and its statements', async () => {
    const body = { email: `${randomUUID()}@example.org`, password: 'Test1234', full_name: 'A' };
    const { id, server, children } = await traced('POST', '/api/v1/auth/register', { body });
    expect(server).toMatchObject({
      name: 'POST /api/v1/auth/register',
      parentId: '',
      isError: false,
      resource: { 'service.name': 'accounts', 'service.version': expect.stringMatching(/^\d/) },
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/api/v1/auth/register',
        'http.response.status_code': 201,
        'url.path': '/api/v1/auth/register',
        'url.scheme': 'http',
        'ergodrive.request_id': id,
      },
    });
    expect(children.map(({ name }) => name)).toEqual(expect.arrayContaining(['BEGIN', 'SELECT', 'COMMIT']));
    const statements = children.map(({ attributes }) => attributes['db.query.text']);
    expect(statements).not.toContainEqual(expect.stringContaining('UPDATE mail_outbox'));
    const users = children.find(({ attributes }) =>
      String(attributes['db.query.text']).includes('FROM "users"'),
    );
    expect(users).toMatchObject({
      name: 'SELECT',
      kind: 'client',
      traceId: server.traceId,
      attributes: {
        'db.system.name': 'postgresql',
        'db.operation.name': 'SELECT',
        'db.query.text': expect.stringMatching(/^SELECT .* FROM "users".*\$1/),
        'server.address': expect.any(String),
        'server.port': expect.any(Number),
      },
    });
  });

  it('have the statements of a login by their names, and its commands to Redis', async () => {
    const { email, password } = member;
    const { status, children } = await traced('POST', '/api/v1/auth/login/json', {
      body: { email, password },
    });
    expect(status).toBe(200);
    expect(children.map(({ name }) => name)).toEqual(expect.arrayContaining(['credentials', 'open_session']));
    expect(systemsOf(children)).toContain('redis');
  });

  it('have one round trip to Redis for a request with a warm cache, and no statement', async () => {
    const token = member.tokens.access_token;
    await traced('GET', '/api/v1/users/me', { token });
    const { children } = await traced('GET', '/api/v1/users/me', { token });
    expect(children.map(({ name }) => name)).toEqual(['MGET']);
    expect(systemsOf(children)).toEqual(['redis']);
  });

  it('give each of many requests its own part of the batches that they share', async () => {
    const token = member.tokens.access_token;
    const requests = Array.from({ length: 20 }, () => traced('GET', '/api/v1/users/me', { token }));
    for (const { children } of await Promise.all(requests))
      expect(children.map(({ name }) => name)).toEqual(['MGET']);
  });

  it('have the template of the route, and the path in the form that the log has', async () => {
    const path = `/api/v1/users/${randomUUID()}`;
    const { access_token: token } = await deployment
      .accounts()
      .login({ email: 'admin@example.org', password: 'admin-Test1234' });
    const { server } = await traced('GET', `${path}?email=someone`, { token });
    expect(server.name).toBe('GET /api/v1/users/:id');
    expect(server.attributes['url.path']).toBe(path);
    const unknown = await traced('GET', '/unknown/eyJhbGciOi.token');
    expect([unknown.status, unknown.server.name]).toEqual([404, 'GET']);
    expect(unknown.server.attributes).not.toHaveProperty('http.route');
    expect(unknown.server.attributes['url.path']).not.toContain('eyJ');
  });

  it.each([
    [401, 'GET', '/api/v1/users/me', undefined],
    [422, 'POST', '/api/v1/auth/register', { email: 'x' }],
    [400, 'POST', '/api/v1/auth/login/json', undefined],
  ])('do not mark a %s as an error of the server', async (expected, method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const { status, server } = await traced(method, path, { body, headers });
    expect(status).toBe(expected);
    expect(server.attributes['http.response.status_code']).toBe(expected);
    expect(server.isError).toBe(false);
    expect(server.attributes).not.toHaveProperty('error.type');
  });

  it.each([
    [500, 'users RENAME COLUMN full_name TO gone', 'users RENAME COLUMN gone TO full_name'],
    [503, 'users RENAME TO gone', 'gone RENAME TO users'],
  ])(
    'mark a %s as an error, and the statement that failed, without messages',
    async (expected, there, back) => {
      const body = { email: `${randomUUID()}@example.org`, password: 'Test1234', full_name: 'A' };
      await sql(deployment.databaseUrl, `ALTER TABLE ${there}`);
      const { status, server, children } = await traced('POST', '/api/v1/auth/register', { body });
      await sql(deployment.databaseUrl, `ALTER TABLE ${back}`);
      expect(status).toBe(expected);
      expect(server).toMatchObject({ isError: true, statusMessage: '', events: 0 });
      expect(server.attributes['error.type']).toBe(String(expected));
      const failed = children.find(({ isError }) => isError)!;
      expect(failed.attributes['error.type']).toMatch(/^42\w{3}$/);
      expect(failed).toMatchObject({ statusMessage: '', events: 0 });
    },
  );

  it('continue the trace of a proxy', async () => {
    const { server } = await traced('GET', '/health/live', { headers: traceparent('01') });
    expect(server).toMatchObject({ traceId: TRACE_ID, parentId: PARENT_ID });
  });

  it('begin anew when no proxy is trusted, or the header is malformed', async () => {
    const path = `/${randomUUID()}`;
    await deployment.client(EXPOSED).get(path, { headers: traceparent('01') });
    const { server } = await collector.trace(({ attributes }) => attributes['url.path'] === path);
    expect(server.parentId).toBe('');
    expect(server.traceId).not.toBe(TRACE_ID);
    const malformed = await traced('GET', '/health/live', {
      headers: { traceparent: `00-${TRACE_ID}-x-01` },
    });
    expect(malformed.server.parentId).toBe('');
  });

  it('are sampled as the variables say, and as the proxy has decided', async () => {
    const [silent, loud] = [`/${randomUUID()}`, `/${randomUUID()}`];
    await deployment.client(SAMPLED).get(silent);
    await deployment.client(BEHIND_PROXY).get(silent, { headers: traceparent('00') });
    await deployment.client(SAMPLED).get(loud, { headers: traceparent('01') });
    await deployment.client(BEHIND_PROXY).get(loud, { headers: traceparent('01') });
    const count = (path: string) =>
      collector.spans.filter(({ attributes }) => attributes['url.path'] === path).length;
    await collector.trace(() => count(loud) === 2);
    expect(count(silent)).toBe(0);
  });

  it('are named in the line of each answer', async () => {
    const { id, server } = await traced('GET', '/api/v1/info');
    const lineOf = () => deployment.apps[BEHIND_PROXY]!.output.split('\n').find((each) => each.includes(id));
    await waitFor(() => lineOf() !== undefined, { what: 'the line of the answer' });
    expect(lineOf()).toContain(`trace_id=${server.traceId}`);
  });

  it('have no address of a user, and no message of an error', async () => {
    const { email } = await deployment.accounts().register();
    await sql(deployment.databaseUrl, 'ALTER TABLE users RENAME TO gone');
    const body = { email, password: 'wrong-Test1234' };
    const { status } = await traced('POST', '/api/v1/auth/login/json', { body });
    await sql(deployment.databaseUrl, 'ALTER TABLE gone RENAME TO users');
    expect(status).toBe(503);
    const { text } = collector;
    expect(text).toContain('42P01');
    for (const secret of [email, member.email, 'does not exist']) expect(text).not.toContain(secret);
  });

  it('have no literal of a statement and no key of Redis', () => {
    const calls = collector.spans.filter(({ kind }) => kind === 'client');
    const texts = calls.flatMap(({ attributes }) => attributes['db.query.text'] ?? []);
    expect(texts.some((text) => String(text).includes('?'))).toBe(true);
    expect(texts.filter((text) => String(text).includes("'"))).toEqual([]);
    expect(JSON.stringify(calls)).not.toContain(member.id);
  });

  it('are sent with the headers of the configuration, which are not logged', () => {
    expect(collector.headers['authorization']).toBe('Bearer collector-key');
    expect(collector.headers['content-type']).toBe('application/x-protobuf');
    const { output } = deployment.apps[BEHIND_PROXY]!;
    expect(output).toContain(`Spans are sent to ${collector.url}/v1/traces`);
    expect(output).not.toContain('collector-key');
  });

  it('have a span for a request whose client goes before the answer', async () => {
    const id = randomUUID();
    const client = api(deployment.apps[BEHIND_PROXY]!.url);
    const locker = new Client({ connectionString: deployment.databaseUrl });
    await locker.connect();
    await locker.query('BEGIN; LOCK TABLE users');
    const headers = { 'x-request-id': id };
    const { email, password } = member;
    const request = client.post('/api/v1/auth/login/json', { email, password }, { headers, timeoutMs: 300 });
    await expect(request).rejects.toThrow();
    await locker.end();
    const { server } = await collector.trace(isRequest(id));
    expect(server).toMatchObject({ name: 'POST /api/v1/auth/login/json', isError: false });
    expect(server.attributes).not.toHaveProperty('http.response.status_code');
    client.close();
  });
});
