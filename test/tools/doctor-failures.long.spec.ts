import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { freePort } from '../support/network/free-port.js';
import { serviceBinary } from '../support/process/service-binary.js';
import { ADMIN, Deployment } from '../e2e/support/deployment.js';
import { type Behaviour, BrokenProxy, reply, replaying } from './support/broken-proxy.js';
import { examine, rowsWith } from './support/run-tool.js';

const NO_GRACE = ['--grace-seconds', '0'];
const ADMIN_ENV = { DOCTOR_ADMIN_PASSWORD: ADMIN.password };
const AS_ADMIN = ['--admin-email', ADMIN.email];

/** On a service before which a proxy breaks the promises. */
describe('npm run doctor', () => {
  let deployment: Deployment;
  let service: string;

  beforeAll(async () => {
    deployment = await Deployment.start({ instances: [{ REFRESH_GRACE_SECONDS: '0' }] });
    service = deployment.apps[0]!.url;
  });
  afterAll(() => deployment.stop());

  const throughProxy = async (behaviour: Behaviour, ...args: string[]) => {
    const proxy = await BrokenProxy.start(service, { behaviour });
    const examined = await examine(['--url', proxy.url, ...NO_GRACE, ...args]);
    await proxy.stop();
    return examined;
  };

  it('finds the instance that accepts the access token after the logout', async () => {
    const stale = await BrokenProxy.start(service, { behaviour: replaying('/api/v1/users/me') });
    const { report, result } = await examine(['--url', service, '--instance', stale.url, ...NO_GRACE]);
    expect(rowsWith(report, 'failed')).toEqual([`logout-access ${stale.url}`]);
    expect(rowsWith(report, 'ok')).toContain(`logout-access ${service}`);
    expect({ code: result.code, result: report.result }).toEqual({ code: 1, result: 'failed' });
    const row = report.rows.find(({ result: found }) => found === 'failed');
    expect(row?.staleness_ms).toBeGreaterThan(4000);
    expect(row?.detail).toMatch(/^\d+ requests saw the old state/);
  });

  it('finds an instance that accepts the access token for a moment, and says for how long', async () => {
    const behaviour = replaying('/api/v1/users/me', 200);
    const { report, result } = await throughProxy(behaviour);
    expect(rowsWith(report, 'failed')).toEqual([expect.stringMatching(/^logout-access /)]);
    expect(report.rows.find(({ result: found }) => found === 'failed')?.staleness_ms).toBeGreaterThan(0);
    expect(result.code).toBe(1);
  });

  it('finds a refresh token that is exchanged twice', async () => {
    const { report, result } = await throughProxy(replaying('/api/v1/auth/refresh'));
    expect(rowsWith(report, 'failed')).toEqual(['reuse']);
    expect(result.code).toBe(1);
  });

  it('finds a role that is accepted after it was taken away', async () => {
    const proxy = await BrokenProxy.start(service, { behaviour: replaying('/api/v1/auth/check') });
    const args = ['--url', proxy.url, ...NO_GRACE, ...AS_ADMIN];
    const { report, result } = await examine(args, { env: ADMIN_ENV });
    expect(rowsWith(report, 'failed')).toEqual([`role-removed ${proxy.url}`]);
    expect(result.code).toBe(1);
    expect(report.left).toEqual([]);
  });

  it('finds an erasure that is answered and not done', async () => {
    const { report, result } = await throughProxy(async ({ method }, pass) =>
      method === 'DELETE' ? reply(204) : pass(),
    );
    expect(rowsWith(report, 'failed')).toEqual([expect.stringMatching(/^erased-access /)]);
    expect(result.code).toBe(1);
    expect(report.left).toEqual([expect.stringMatching(/^The account .* stays \(login: 200\)/)]);
  });

  it('finds a proxy that passes no live channel', async () => {
    const proxy = await BrokenProxy.start(service, { upgrades: false });
    const { report, result } = await examine(['--url', proxy.url, ...NO_GRACE]);
    expect(rowsWith(report, 'failed')).toEqual([`live-channel ${proxy.url}`]);
    expect(report.rows.find(({ result: found }) => found === 'failed')?.detail).toContain('502');
    expect(result.code).toBe(1);
  });

  it('finds a discovery document of another issuer', async () => {
    const { report, result } = await throughProxy(async ({ path }, pass) => {
      const received = await pass();
      if (!path.startsWith('/.well-known/oauth')) return received;
      return { ...received, body: received.body.replaceAll('issuer.example', 'other.example') };
    });
    expect(rowsWith(report, 'failed')).toEqual(['discovery']);
    expect(result.code).toBe(1);
  });

  it('finds a service that refuses everything', async () => {
    const { report, result } = await throughProxy(async () => reply(403));
    expect(rowsWith(report, 'failed')).toEqual([expect.stringMatching(/^health /)]);
    expect({ code: result.code, left: report.left }).toEqual({ code: 1, left: [] });
  });

  it('finds a service that never answers, within the deadline', async () => {
    const { report, result } = await throughProxy(async () => undefined, '--timeout', '1');
    expect(report.rows[0]).toMatchObject({
      check: 'health',
      result: 'failed',
      detail: 'no answer within 1 s',
    });
    expect({ code: result.code, result: report.result }).toEqual({ code: 3, result: 'unexamined' });
  });

  it('finds a logout that is never answered, and says what stays where the erasure has no answer either', async () => {
    const { report, result } = await throughProxy(
      async ({ method, path }, pass) =>
        path === '/api/v1/auth/logout' || method === 'DELETE' ? undefined : pass(),
      '--timeout',
      '6',
    );
    expect(rowsWith(report, 'failed')).toEqual(['logout']);
    expect(result.code).toBe(1);
    const [account, ...sessions] = report.left;
    expect(account).toMatch(/^The account .* stays \(erasure: no answer within 6 s; login: 200\)/);
    expect(sessions).toEqual(
      Array(4).fill(expect.stringMatching(/^Session [\w-]{36} may be live .*no answer/)),
    );
  });

  it('ends with 3 where nobody listens', async () => {
    const { report, result } = await examine(['--url', `http://127.0.0.1:${await freePort()}`]);
    expect(report.rows[0]).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    expect(result.code).toBe(3);
  });

  const limiting = (retryAfter: string, times: number): Promise<BrokenProxy> => {
    let refusals = 0;
    return BrokenProxy.start(deployment.apps[0]!.url, {
      behaviour: async ({ path }, pass) => {
        if (path === '/health') return reply(404);
        return path === '/api/v1/auth/register' && refusals++ < times
          ? reply(429, { 'retry-after': retryAfter }, { code: 'too_many_requests' })
          : pass();
      },
    });
  };

  it('waits as long as a 429 asks, and says so, also where a proxy hides the health', async () => {
    const proxy = await limiting('1', 2);
    const { report, result } = await examine(['--url', proxy.url, ...NO_GRACE]);
    expect({ code: result.code, waits: report.waits }).toEqual({
      code: 0,
      waits: [
        { what: 'the registration', seconds: 1 },
        { what: 'the registration', seconds: 1 },
      ],
    });
    expect(report.rows[0]).toMatchObject({ check: 'health', result: 'skipped' });
    expect(result.stderr).toContain('as the rate limit of the service asks (429 at the registration)');
  });

  it('gives up when a 429 asks for more than --max-wait', async () => {
    const proxy = await limiting('900', 1);
    const { report, result } = await examine(['--url', proxy.url, ...NO_GRACE, '--max-wait', '5']);
    expect({ code: result.code, result: report.result }).toEqual({ code: 3, result: 'unexamined' });
    expect(rowsWith(report, 'failed')).toEqual([]);
    expect(report.rows.find(({ check }) => check === 'register')).toMatchObject({
      result: 'skipped',
      detail: '429 too_many_requests at the registration: try again in 900 s, 5 s of --max-wait are left',
    });
  });

  it('accepts an authority of its own by --ca, also for the live channel', async () => {
    const folder = await makeTemporaryDirectory('certificate');
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject];
    await promisify(execFile)(await serviceBinary({ names: ['openssl'], debianPackage: 'openssl' }), made);
    const tls = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
    const proxy = await BrokenProxy.start(deployment.apps[0]!.url, { tls });
    const unknown = await examine(['--url', proxy.url, ...NO_GRACE]);
    expect(unknown.report.rows[0]?.detail).toContain('self-signed certificate');
    expect(unknown.result.code).toBe(3);
    const { report } = await examine(['--url', proxy.url, '--ca', cert, ...NO_GRACE]);
    expect(rowsWith(report, 'failed')).toEqual([]);
    expect(report.exit_code).toBe(0);
  });
});
