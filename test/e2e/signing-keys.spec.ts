import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateKey, parseAsymmetricKey } from '../../src/config/jwk.js';
import { api } from '../support/app/api-client.js';
import { AppProcess, TEST_ISSUER } from '../support/app/app-process.js';
import { makeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { sql } from '../support/postgres/sql.js';
import { keyFile, runKeys } from './support/key-files.js';
import { Accounts, beforeSuite, claimsOf, Deployment, expectProblem, headerOf } from './support/suite.js';

const VERIFIER = fileURLToPath(new URL('./support/verify-access-token.mjs', import.meta.url));
const JWKS = '/.well-known/jwks.json';
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const [ES256, RS256] = [generateKey('ES256'), generateKey('RS256')];

interface KeySet {
  keys: Record<string, unknown>[];
}

describe('signing keys', () => {
  const deployment = beforeSuite(async () => {
    const [ecFirst, rsaFirst] = [await keyFile(ES256, RS256), await keyFile(RS256, ES256)];
    return Deployment.start({
      instances: [{ SIGNING_KEYS_FILE: ecFirst }, { SIGNING_KEYS_FILE: rsaFirst }, {}],
    });
  });
  const member = beforeSuite(() => deployment.accounts().signUp());

  const signedBy = async (instance: number) => deployment.accounts(instance).login(member);

  it('are published with their public members only, and may be cached for minutes', async () => {
    for (const [instance, keys] of [
      [0, [ES256, RS256]],
      [1, [RS256, ES256]],
    ] as const) {
      const { status, headers, body } = await deployment.client(instance).get<KeySet>(JWKS);
      expect({ status, body }).toEqual({
        status: 200,
        body: { keys: keys.map((key) => parseAsymmetricKey(key).jwk) },
      });
      expect(headers).toMatchObject({
        'content-type': expect.stringMatching(/^application\/json/),
        'cache-control': 'public, max-age=300',
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
      });
      const members = body.keys.flatMap((key) => Object.keys(key));
      expect(members.filter((name) => PRIVATE_MEMBERS.includes(name))).toEqual([]);
    }
  });

  it('are published without a body to HEAD, and as an empty set with HS256', async () => {
    const head = await deployment.client().send('HEAD', JWKS);
    expect(head).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'public, max-age=300' },
      body: '',
    });
    await expect(deployment.client(2).get(JWKS)).resolves.toMatchObject({ status: 200, body: { keys: [] } });
  });

  it.each([
    [0, ES256],
    [1, RS256],
  ])('of instance %i sign tokens that the libraries of other services accept', async (instance, key) => {
    const { access_token } = await signedBy(instance);
    expect(headerOf(access_token)).toEqual({ alg: key['alg'], typ: 'at+jwt', kid: key['kid'] });
    const { url } = deployment.apps[instance]!;
    const args = [VERIFIER, url, TEST_ISSUER, access_token];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const claims = claimsOf(access_token);
    expect(JSON.parse(stdout)).toEqual({ oauth4webapi: claims, jose: claims, jsonwebtoken: claims });
  });

  it('verify at each instance that has them, and at no other', async () => {
    for (const instance of [0, 1]) {
      const { access_token } = await signedBy(instance);
      for (const other of [0, 1]) {
        const answer = await deployment.client(other).as(access_token).get('/api/v1/users/me');
        expect({ instance, other, status: answer.status }).toEqual({ instance, other, status: 200 });
      }
      const answer = await deployment.client(2).as(access_token).get('/api/v1/users/me');
      expectProblem(answer, 401, 'token_invalid');
    }
    const { access_token } = await signedBy(2);
    expectProblem(await deployment.client().as(access_token).get('/api/v1/users/me'), 401, 'token_invalid');
  });

  it('sign the time of the login and the current role, at login and at refresh', async () => {
    const admin = await deployment.admin();
    const first = await deployment.accounts().logIn(member);
    expect(claimsOf(first.tokens.access_token)).toMatchObject({ role: 'student' });
    await sql(
      deployment.databaseUrl,
      `UPDATE sessions SET created_at = now() - interval '1 hour' WHERE id = '${first.sessionId}'`,
    );
    await expect(admin.patch(`/api/v1/users/${member.id}`, { role: 'researcher' })).resolves.toMatchObject({
      status: 200,
    });
    const { body } = await deployment.accounts().refresh(first.tokens.refresh_token);
    const { auth_time, iat, role } = claimsOf(body.access_token);
    expect({ role, age: Math.round((iat - auth_time) / 60) }).toEqual({ role: 'researcher', age: 60 });
    const repeated = await deployment.accounts().refresh(first.tokens.refresh_token);
    expect(claimsOf(repeated.body.access_token)).toMatchObject({ role: 'researcher', auth_time });
    const next = await deployment.accounts().login(member);
    expect(claimsOf(next.access_token)).toMatchObject({ role: 'researcher' });
  });

  it('are generated in development, the same for processes that start together', async () => {
    const dataDir = await makeTemporaryDirectory('data');
    const env = { DATABASE_URL: deployment.databaseUrl, DATA_DIR: dataDir };
    const apps = await Promise.all([AppProcess.start({ env }), AppProcess.start({ env })]);
    const [one, other] = apps.map(({ url }) => api(url)) as [ReturnType<typeof api>, ReturnType<typeof api>];
    const { body } = await one.get<KeySet>(JWKS);
    expect(body.keys).toMatchObject([{ kty: 'EC', alg: 'ES256' }]);
    await expect(other.get(JWKS)).resolves.toMatchObject({ body });
    const { access_token } = await new Accounts(one).login(member);
    await expect(other.as(access_token).get('/api/v1/users/me')).resolves.toMatchObject({ status: 200 });
    await Promise.all(apps.map((app) => app.stop()));
  });

  it('stop the start when the file is wrong, with the rule and without the key', async () => {
    const wrong = await keyFile({ ...ES256, alg: 'ES384' });
    const start = AppProcess.start({
      env: { DATABASE_URL: deployment.databaseUrl, SIGNING_KEYS_FILE: wrong },
    });
    const message = await start.then(String, (error: unknown) => (error as Error).message);
    expect(message).toContain('SIGNING_KEYS_FILE: key 1 must have alg ES256 or RS256');
    expect(message).not.toContain(ES256.d);
  });

  it('are listed by the command without private members, and wrong arguments print its usage', async () => {
    const file = await keyFile();
    const shown = await runKeys('create', file, 'ES256');
    expect(shown).toMatch(/^signs {4}ES256 [\w-]{43}\n$/);
    await expect(runKeys('list', file)).resolves.toBe(shown);
    const failure = (...args: string[]) =>
      runKeys(...args).catch((error: unknown) => (error as { stderr: string }).stderr);
    await expect(failure('create', file)).resolves.toMatch(/^EEXIST/);
    for (const args of [[], ['list'], ['create', file, 'HS256'], ['remove', file], ['toString', file]])
      await expect(failure(...args)).resolves.toContain('promote FILE');
  });
});
