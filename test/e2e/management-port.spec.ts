import { api, type ApiClient } from '../support/app/api-client.js';
import { AppProcess } from '../support/app/app-process.js';
import { freePort } from '../support/network/free-port.js';
import { RawConnection } from '../support/network/raw-http.js';
import { Deployment, expectProblem } from './support/suite.js';

const FOR_OPERATORS = ['/metrics', '/api/docs', '/api/docs-json', '/api/docs/swagger-ui-init.js'];
const PROBES = ['/health/live', '/health/ready', '/health/serving'];

describe('the management port', () => {
  let deployment: Deployment;
  let managementPort: number;
  let management: ApiClient;

  beforeAll(async () => {
    managementPort = await freePort();
    deployment = await Deployment.start({
      instances: [
        { NODE_ENV: 'production', MANAGEMENT_PORT: String(managementPort) },
        { NODE_ENV: 'production' },
        {},
      ],
    });
    management = api(`http://127.0.0.1:${managementPort}`);
  });
  afterAll(async () => {
    management.close();
    await deployment.stop();
  });

  const expectAll = async (client: ApiClient) => {
    for (const path of [...FOR_OPERATORS, ...PROBES])
      expect([path, (await client.get(path)).status]).toEqual([path, 200]);
    const { body } = await client.get('/health');
    expect(body).toMatchObject({ database: { status: 'connected' }, redis: {}, cache: {} });
  };

  it('has the metrics, the API documents, the health with its details, and the probes', async () => {
    await expectAll(management);
  });

  it('has the API documents for reading: nothing can be sent from there', async () => {
    const { body: script } = await management.get<string>('/api/docs/swagger-ui-init.js');
    expect(script).toMatch(/"supportedSubmitMethods":\s*\[\]/);
    expect(script).not.toContain('tryItOutEnabled');
    const { body: page } = await management.get<string>('/api/docs');
    expect(page).toContain('.authorization__btn { display: none }');
    const { body: beside } = await deployment.client(2).get<string>('/api/docs/swagger-ui-init.js');
    expect(beside).toContain('"tryItOutEnabled": true');
  });

  it('has no other route', async () => {
    for (const path of ['/', '/api/v1/info', '/api/v1/users/me', '/nowhere'])
      expectProblem(await management.get(path), 404, 'not_found');
    expectProblem(await management.post('/api/v1/auth/login', {}), 404, 'not_found');
  });

  it.each([
    ['bytes that are not HTTP', 'hello\r\n\r\n', 400, 'malformed_request'],
    ['a request without a host', 'GET /health/live HTTP/1.1\r\n\r\n', 400, 'malformed_request'],
    [
      'a request with two lengths',
      `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      400,
      'malformed_request',
    ],
    [
      'a long header',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
  ])('answers %s with the same problem as the public port', async (_, bytes, status, code) => {
    const answers = [];
    for (const port of [managementPort, deployment.apps[0]!.port]) {
      const connection = await RawConnection.open(port);
      connection.send(bytes);
      const [answer, ...more] = await connection.closed();
      expect(more).toEqual([]);
      expect(JSON.parse(answer?.body ?? '')).toMatchObject({ status, code });
      // Ids and times differ.
      const { date: _date, 'content-length': _length, ...headers } = answer?.headers ?? {};
      answers.push({ status: answer?.status, headers });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('accepts an unknown Expect header, as the public port does', async () => {
    const connection = await RawConnection.open(managementPort);
    connection.send('GET /health/live HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nConnection: close\r\n\r\n');
    expect((await connection.closed()).map(({ status }) => status)).toEqual([200]);
  });

  it.each([
    ['when both are open', 0],
    ['in production also when only that one is open', 1],
  ])('has routes that are missing on the public port, %s', async (_, instance) => {
    const client = deployment.client(instance);
    for (const path of FOR_OPERATORS) expectProblem(await client.get(path), 404, 'not_found');
    for (const path of PROBES) expect((await client.get(path)).status).toBe(200);
    const { status, body } = await client.get('/health');
    expect({ status, body }).toEqual({ status: 200, body: { status: 'healthy' } });
    expect((await client.get('/api/v1/info')).status).toBe(200);
  });

  it('is the public port in development', () => expectAll(deployment.client(2)));

  it('is the public port in production when both have the same number', async () => {
    const port = await freePort();
    const env = { ...deployment.environment, NODE_ENV: 'production', MANAGEMENT_PORT: String(port) };
    const app = await AppProcess.start({ port, env });
    const client = api(app.url);
    await expectAll(client);
    client.close();
    await app.stop();
  });

  it('that is taken stops the start, and the message says so', async () => {
    const env = { ...deployment.environment, MANAGEMENT_PORT: String(managementPort) };
    const taken = AppProcess.start({ env, readyTimeoutMs: 30_000 });
    await expect(taken).rejects.toThrow(new RegExp(`EADDRINUSE.*:${managementPort}`));
  });
});
