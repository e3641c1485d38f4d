import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { api } from '../support/app/api-client.js';
import { EchoApi } from '../support/gateway/echo-api.js';
import { Gateway } from '../support/gateway/gateway.js';
import { freePort } from '../support/network/free-port.js';
import { waitFor } from '../support/wait-for.js';
import { ExampleApi } from './support/example-api.js';
import { IssuerDeployment } from './support/issuer-deployment.js';

const README = readFileSync('examples/README.md', 'utf8');
/** `ACCESS_TOKEN_EXPIRE_MINUTES` by default. */
const ACCESS_TOKEN_LIFE_MS = 30 * 60_000;

describe('an API that is protected like the example', () => {
  let issuer: IssuerDeployment;
  let example: ExampleApi;

  beforeAll(async () => {
    issuer = await IssuerDeployment.start();
  });
  afterAll(() => issuer.stop());

  const signUp = async () => {
    const { tokens, ...account } = await issuer.deployment.accounts().signUp();
    return { ...account, token: tokens.access_token, refreshToken: tokens.refresh_token };
  };

  describe.each([
    ['introspection/main.mjs', { boundMs: 0, needsPostgres: true, followsRole: true }],
    ['verifier-nestjs/main.ts', { boundMs: 1000, needsPostgres: true, followsRole: true }],
    ['plain-jwks/main.mjs', { boundMs: undefined, needsPostgres: false, followsRole: false }],
  ])('%s', (file, { boundMs, needsPostgres, followsRole }) => {
    beforeAll(async () => {
      example = await ExampleApi.start(file, issuer);
    });
    afterAll(() => example.stop());

    it('accepts a token, and names its account and role', async () => {
      const { id, token } = await signUp();
      await expect(example.orders(token)).resolves.toMatchObject({
        status: 200,
        body: { id, role: 'student' },
      });
    });

    it('refuses a missing token, garbage, a changed token, and refresh tokens', async () => {
      const { token, refreshToken, ...account } = await signUp();
      const changed = `${token.slice(0, -8)}AAAAAAAA`;
      const ofClient = await issuer.refreshTokenOfClient(account);
      for (const wrong of [undefined, 'garbage', changed, refreshToken, ofClient]) {
        const { status, headers } = await example.orders(wrong);
        expect({ wrong, status }).toEqual({ wrong, status: 401 });
        expect(headers['www-authenticate']).toMatch(/^Bearer/);
      }
    });

    it(`${boundMs === undefined ? 'still accepts a token' : `refuses a token within ${boundMs} ms`} after the logout`, async () => {
      const [gone, kept] = [await signUp(), await signUp()];
      expect((await example.orders(gone.token)).status).toBe(200);
      await issuer.logOut(gone.token);
      if (boundMs === undefined || boundMs === 0) {
        expect((await example.orders(gone.token)).status).toBe(boundMs === 0 ? 401 : 200);
      } else await example.becomes(401, gone.token, boundMs);
      expect((await example.orders(kept.token)).status).toBe(200);
    });

    it(`names ${followsRole ? 'the new' : 'still the old'} role after a change of the role`, async () => {
      const { id, token } = await signUp();
      await example.orders(token);
      await issuer.changeRole(id, 'researcher');
      const role = async () => (await example.orders(token)).body['role'];
      if (boundMs === 1000)
        await waitFor(async () => (await role()) === 'researcher', { what: 'it', timeoutMs: boundMs });
      expect(await role()).toBe(followsRole ? 'researcher' : 'student');
    });

    it('keeps working while Redis is down', async () => {
      const [gone, kept] = [await signUp(), await signUp()];
      await issuer.redis.kill9();
      try {
        expect((await example.orders(kept.token)).status).toBe(200);
        await issuer.logOut(gone.token);
        await example.becomes(boundMs === undefined ? 200 : 401, gone.token, 1000);
        expect((await example.orders(kept.token)).status).toBe(200);
      } finally {
        await issuer.redis.restart({ keepData: false });
        await issuer.deployment.trusted();
      }
    });

    const away = needsPostgres ? 'answers 503 with Retry-After' : 'goes on with the keys that it has';
    it.each(['PostgreSQL', 'the service'])(`${away} while %s does not answer`, async (what) => {
      const { token } = await signUp();
      expect((await example.orders(token)).status).toBe(200);
      const stopped = what === 'PostgreSQL' ? issuer.postgres : issuer.app;
      stopped.freeze();
      try {
        if (needsPostgres) await example.becomes(503, token, 15_000);
        const { status, headers } = await example.orders(token);
        expect(status).toBe(needsPostgres ? 503 : 200);
        if (needsPostgres) expect(headers['retry-after']).toBe('1');
      } finally {
        stopped.thaw();
        await issuer.deployment.trusted(30_000);
      }
      await example.becomes(200, token, 15_000);
    });

    it('refuses an expired token, by its own clock when it verifies signatures alone', async () => {
      const { token } = await signUp();
      const later = await ExampleApi.start(file, issuer, ACCESS_TOKEN_LIFE_MS + 60_000);
      // The verifier goes by the clock of the issuer's PostgreSQL, as introspection does, once it has read the feed.
      if (file === 'plain-jwks/main.mjs') expect((await later.orders(token)).status).toBe(401);
      else await later.becomes(200, token, 15_000);
      await later.stop();
    });
  });

  describe('gateways/nginx.conf', () => {
    let gateway: Gateway;
    let echo: EchoApi;

    beforeAll(async () => {
      echo = await EchoApi.start();
      gateway = await Gateway.start('nginx', { auth: issuer.app.port, api: echo.port });
    });
    afterAll(async () => {
      await gateway.stop();
      await echo.stop();
    });

    const statusOf = async (token: string) => (await api(gateway.url, { token }).get('/orders')).status;
    const becomes = (status: number, token: string) =>
      waitFor(async () => (await statusOf(token)) === status, { what: `the status ${status}` });

    it('refuses a token at once after the logout, also while Redis is down', async () => {
      const [gone, lost, kept] = [await signUp(), await signUp(), await signUp()];
      expect(await statusOf(gone.token)).toBe(200);
      await issuer.logOut(gone.token);
      expect(await statusOf(gone.token)).toBe(401);
      await issuer.redis.kill9();
      try {
        await issuer.logOut(lost.token);
        expect([await statusOf(lost.token), await statusOf(kept.token)]).toEqual([401, 200]);
      } finally {
        await issuer.redis.restart({ keepData: false });
        await issuer.deployment.trusted();
      }
    });

    it('lets cached accounts through while PostgreSQL does not answer, and answers 503 to others', async () => {
      const [cached, other] = [await signUp(), await signUp()];
      // A login fills the cache.
      await issuer.admin.delete('/api/v1/cache');
      expect(await statusOf(cached.token)).toBe(200);
      issuer.postgres.freeze();
      try {
        await becomes(503, other.token);
        await becomes(200, cached.token);
        expect(await statusOf(other.token)).toBe(503);
      } finally {
        issuer.postgres.thaw();
        await issuer.deployment.trusted(30_000);
      }
      await becomes(200, other.token);
    });
  });

  it.each([
    ['introspection', ['200', '401']],
    ['plain-jwks', ['200', '200']],
    ['verifier-nestjs', ['200', '401']],
  ])('%s runs with the commands of the README', async (name, statuses) => {
    const port = await freePort();
    const [, register, use] = [...README.matchAll(/^```bash\n(.*?)^```/gms)].map(([, code]) => code!);
    const isStart = /^node .*examples/;
    const start = register!.split('\n').filter((line) => isStart.test(line) && line.includes(name));
    expect(start).toHaveLength(1);
    const script = `
      export PORT=${port}
      ${register!
        .split('\n')
        .filter((line) => !isStart.test(line))
        .join('\n')}
      ${start[0]} >/dev/null & trap "kill $!" EXIT
      until curl -s http://localhost:3000/ >/dev/null; do sleep 0.1; done
      ${use}`
      .replaceAll('http://localhost:8000', issuer.url)
      .replaceAll('http://localhost:3000', `http://127.0.0.1:${port}`);
    const { stdout } = await promisify(execFile)('bash', ['-euc', script], { timeout: 50_000 });
    expect([...stdout.matchAll(/^HTTP\/1.1 (\d+)/gm)].map(([, status]) => status)).toEqual(statuses);
  });
});
