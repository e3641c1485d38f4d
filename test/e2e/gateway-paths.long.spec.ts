import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import type { GatewayName } from '../support/gateway/gateway.js';
import { RawConnection } from '../support/network/raw-http.js';
import { runTool } from '../tools/support/run-tool.js';
import { GatewayStack, identityOf } from './support/gateways.js';
import { LiveClient } from './support/live-client.js';
import { PathReaders } from './support/path-readers.js';
import { ADMIN, type Member } from './support/suite.js';

const GATEWAYS: GatewayName[] = ['nginx', 'Caddy', 'HAProxy'];

/** What some API reads as a path of `/admin`, and some gateway as another one. */
const SPELLINGS = [
  '/admin', '/admin/', '/ADMIN/x', '/%61dmin/x', '/%41DMIN', '/admin?x=/../orders', '/admin;x', '/admin;/x', '/admin/;/x',
  '//admin/x', '/./admin/x', '/x/../admin/x', '/x/./../admin/x', '/x//../admin', '/public/../admin/x', '/public/./../admin',
  '/public/%2e%2e/admin/x', '/public/.%2e/admin/x', '/public/%2e./admin', '/public/..%2fadmin/x', '/public/..%2Fadmin',
  '/public%2f..%2fadmin', '/public/..%5cadmin', '/public/..\\admin', '/public\\..\\admin', '/public/..;/admin', '/public/..;x=1/admin',
  '/public;/../admin', '/public/%2e%2e;/admin', '/admin/../orders', '/admin/%2e%2e/orders', '/admin/users/..%2f..%2forders',
  '/admin/..%2f', '/admin/..%2fpublic/z', '/admin/..\\public/z', '/admin/..', '/admin/.', '/admin/..;/public/z',
  '/x/..\\admin', '/x/..%5cadmin', '/x\\..\\admin', '/x%5c..%5cadmin', '/\\admin', '/%5cadmin', '/admin/x%zz', '/%zz/../admin', '/admin%',
  '/admin/%', '/admin/x%2', '/%2561dmin', '/%25%36%31dmin', '/admin%2fx', '/%2fadmin', '/%2f/admin', '/admin%00', '/%00/../admin',
  '/admin%0a', '/%0aadmin', '/admin%09x', '/admin%3bx', '/%3b/../admin', '/public/%252e%252e/admin', '/public/x/../../admin',
  '/public/x%2f..%2f..%2fadmin', '/./%2e/admin', '/%2e/admin', '/.%2fadmin', '/orders/..%2fadmin', '/orders/..%c0%afadmin',
  '/public/%c0%ae%c0%ae/admin', 'http://a/admin/x', 'http://a/x/../admin', 'http://a/public/..%2fadmin',
]; // prettier-ignore

/** Ambiguous for nobody. */
const PLAIN = [
  '/orders?x=..%2f', '/orders?x=/../;%zz\\', '/a%20b', '/%C3%BC', '/orders/1.5', '/a..b', '/..a/b', '/.well-known/x', '/~x/a,b=c&d', '/a%2Cb',
  '/orders/admin',
]; // prettier-ignore

describe.each(GATEWAYS)('%s with the configuration of the documentation', (name) => {
  let keys: SigningKeysFile;
  let stack: GatewayStack;
  let readers: PathReaders;
  let member: Member;

  beforeAll(async () => {
    keys = await SigningKeysFile.create();
    const env = { SIGNING_KEYS_FILE: keys.path, REFRESH_GRACE_SECONDS: '1' };
    [stack, readers] = await Promise.all([GatewayStack.start(name, env), PathReaders.start()]);
    member = await stack.signUp();
  });
  afterAll(async () => {
    await readers.stop();
    await stack.stop();
    await keys.remove();
  });

  /** @returns the status, and what reached the API */
  const ask = async (target: string, token?: string, more = '') => {
    const before = stack.echo.received.length;
    const connection = await RawConnection.open(stack.gateway.port);
    const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
    connection.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n${authorization}${more}Connection: close\r\n\r\n`);
    const [answer] = await connection.closed();
    return { status: answer?.status, received: stack.echo.received.slice(before) };
  };

  it('lets an account of another role reach no admin route of any API, however the path is written', async () => {
    const bypasses: object[] = [];
    const tokens = [member.tokens.access_token, undefined];
    for (const [spelling, token] of SPELLINGS.flatMap((each) => tokens.map((one) => [each, one] as const)))
      for (const { url, headers } of (await ask(spelling, token)).received) {
        const kinds = await readers.whoReadsAdmin(url);
        if (kinds.length > 0) bypasses.push({ spelling, url, kinds, identity: identityOf({ headers }) });
      }
    expect(bypasses).toEqual([]);
  }, 120_000);

  it('lets other paths through as they were sent', async () => {
    for (const path of PLAIN) {
      const { status, received } = await ask(path, member.tokens.access_token);
      expect({ path, status, urls: received.map(({ url }) => url) }).toEqual({
        path,
        status: 200,
        urls: [path],
      });
    }
  });

  it('lets an admin through to the API', async () => {
    const { access_token } = await stack.deployment.accounts().login(ADMIN);
    await expect(ask('/admin/x', access_token)).resolves.toMatchObject({
      status: 200,
      received: [{ url: '/admin/x' }],
    });
  });

  it('passes no trace of a stranger on', async () => {
    const trace =
      'Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nTracestate: a=b\r\n';
    const { received } = await ask('/orders', member.tokens.access_token, trace);
    const names = received.flatMap(({ headers }) => headers.map(([header]) => header.toLowerCase()));
    expect(names.filter((header) => header.startsWith('trace'))).toEqual([]);
    expect(names).toContain('x-request-id');
  });

  it('passes the discovery, OAuth and the live channel of the auth service on', async () => {
    for (const path of ['oauth-authorization-server', 'jwks.json', 'ssf-configuration'])
      expect((await stack.client.get(`/.well-known/${path}`)).status).toBe(200);
    await expect(
      stack.client.post('/oauth2/introspect', new URLSearchParams({ token: 'a' })),
    ).resolves.toMatchObject({ body: { error: 'invalid_client' } });
    const channel = await LiveClient.watch(
      { url: stack.gateway.url },
      member.sessionId,
      member.tokens.access_token,
    );
    channel.leave();
  });

  it('lets the doctor find every promise kept', async () => {
    const { code, stdout } = await runTool('doctor', ['--url', stack.gateway.url, '--grace-seconds', '1']);
    expect({ code, stdout }).toMatchObject({ code: 0 });
  }, 120_000);
});
