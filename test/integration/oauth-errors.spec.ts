import { UserCacheService } from '../../src/cache/user-cache.service.js';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import type { Member } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { type OAuthClient, basic } from '../support/app/oauth-client.js';
import { authenticate, logInBy, outcomeOf, registerAdmin, registerClient, send } from './oauth-clients.js';
import { databaseOfSuite } from './app-suite.js';

const PATHS = ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke'];
const FORM = 'application/x-www-form-urlencoded';

describe('an error of an OAuth route', () => {
  const database = databaseOfSuite();
  let proxy: TcpProxy;
  let app: AppInProcess;
  let client: OAuthClient;
  let session: Member;

  beforeAll(async () => {
    const { hostname, port } = new URL(database.url);
    proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    app = await AppInProcess.start({ DATABASE_URL: proxy.through(database.url), RATE_LIMIT_ENABLED: 'true' });
    await app.trusted();
    const admin = await registerAdmin(app);
    client = await registerClient(app, admin);
    session = await logInBy(app, client, admin);
  });

  describe.each(PATHS)('%s', (path) => {
    it.each([
      ['JSON', 'application/json', '{"token":"a"}', '400 invalid_request'],
      ['broken JSON', 'application/json', '{', '400 invalid_request'],
      ['another media type', 'text/xml', '<a/>', '400 invalid_request'],
      ['no body', undefined, undefined, '400 invalid_request'],
      ['a body that is too large', FORM, `token=${'x'.repeat(66_000)}`, '413 invalid_request'],
      ['an empty form', FORM, '', '400 invalid_request'],
    ])('is the JSON of RFC 6749 §5.2 for %s', async (_, type, body, expected) => {
      const headers: Record<string, string> = { authorization: basic(client) };
      if (type !== undefined) headers['content-type'] = type;
      const answer = await app.call('POST', path, { headers, ...(body === undefined ? {} : { body }) });
      expect(outcomeOf(answer)).toBe(expected);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.body).toEqual({
        error: 'invalid_request',
        error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
      });
    });

    it('is the JSON of RFC 6749 §5.2 for parameters in the URL, and for another method', async () => {
      await expect(send(app, `${path}?token=a`, { token: 'a' }, client).then(outcomeOf)).resolves.toBe(
        '400 invalid_request',
      );
      expect(outcomeOf(await app.call('GET', path))).toBe('404 invalid_request');
    });
  });

  it('is 429 with Retry-After after too many refreshes', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: session.refreshToken };
    let answer = await send(app, '/oauth2/token', form, client);
    for (let attempt = 1; attempt <= 60 && answer.status !== 429; attempt += 1)
      answer = await send(app, '/oauth2/token', form, client);
    expect(outcomeOf(answer)).toBe('429 temporarily_unavailable');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is 503 with Retry-After while the database is down, also for the introspection of a token', async () => {
    await expect(authenticate(app, client)).resolves.toBe('orders');
    // A session in the cache is served without the database.
    await app.get(UserCacheService).evict([session.id]);
    await proxy.blackhole();
    const form = { grant_type: 'refresh_token', refresh_token: session.refreshToken, token: session.token };
    const answers = await Promise.all(PATHS.map((path) => send(app, path, form, client)));
    const expected = { outcome: '503 temporarily_unavailable', after: '1' };
    const outcomes = answers.map((answer) => ({
      outcome: outcomeOf(answer),
      after: answer.headers['retry-after'],
    }));
    expect(outcomes).toEqual(PATHS.map(() => expected));
    await proxy.pass();
  });
});
