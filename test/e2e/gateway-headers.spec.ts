import { waitFor } from '../support/wait-for.js';
import type { ReceivedRequest } from '../support/gateway/echo-api.js';
import type { GatewayName } from '../support/gateway/gateway.js';
import { RawConnection } from '../support/network/raw-http.js';
import { beforeSuite } from './support/before-suite.js';
import { GatewayStack, identity, identityOf } from './support/gateways.js';

const GATEWAYS: GatewayName[] = ['nginx', 'Caddy', 'HAProxy'];
const SPOOFED = 'spoofed';

const NAMES = ['X-Auth-User-Id', 'X-Auth-Role', 'X-Auth-Session-Id'];
/** The ways to write a name that CGI, WSGI, PHP or a lenient parser may take for the name itself. */
const SPELLINGS: Record<string, (name: string) => string> = {
  'as it is': (name) => name,
  'in lower case': (name) => name.toLowerCase(),
  'in upper case': (name) => name.toUpperCase(),
  'with underscores': (name) => name.replaceAll('-', '_'),
  'with one underscore': (name) => name.replace('-', '_'),
  'with an underscore at the end': (name) => name.replace(/-(?=\w+$)/, '_'),
  'with underscores in lower case': (name) => name.toLowerCase().replaceAll('-', '_'),
  'with dots': (name) => name.replaceAll('-', '.'),
  'with a space before the colon': (name) => `${name} `,
  'with a tab before the colon': (name) => `${name}\t`,
  'with a space in front': (name) => ` ${name}`,
};

const callOf = ({ headers }: ReceivedRequest): string | undefined =>
  headers.find(([name]) => name.toLowerCase() === 'x-call')?.[1];
const spelled = (spell: (name: string) => string) => NAMES.map((name) => `${spell(name)}: ${SPOOFED}\r\n`);
const plain = spelled((name) => name).join('');
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
/** Names the call that sent a request, in place of these digits: the request may reach the API after the call. */
const CALL = 'X-Call: 0000\r\n';
const SMUGGLED = `GET /public/smuggled HTTP/1.1\r\nHost: a\r\n${CALL}${plain}\r\n`;

/** Header lines and what follows the head, for requests that carry headers of those names in other ways. */
const SHAPES: Record<string, { lines: string; body?: string }> = {
  ...Object.fromEntries(
    Object.entries(SPELLINGS).map(([how, spell]) => [how, { lines: spelled(spell).join('') }]),
  ),
  twice: { lines: plain + plain },
  'twice, empty first': { lines: NAMES.map((name) => `${name}:\r\n`).join('') + plain },
  'in a folded line': { lines: `X-Note: a\r\n ${plain}` },
  'after a bare line feed': { lines: `X-Note: a\n${plain}` },
  'after a bare carriage return': { lines: `X-Note: a\r${plain}` },
  'after a NUL': { lines: `X-Note: a\0${plain}` },
  'named by Connection': { lines: `Connection: keep-alive, ${NAMES.join(', ')}\r\n` },
  'named by Connection, in another case, beside spoofed ones': {
    lines: `Connection: ${NAMES.join(',').toLowerCase()}\r\n${plain}`,
  },
  'named by two Connection lines': { lines: `Connection: keep-alive\r\nConnection: ${NAMES.join(', ')}\r\n` },
  'as trailers': { lines: `${CHUNKED}Trailer: ${NAMES.join(', ')}\r\n`, body: `1\r\na\r\n0\r\n${plain}\r\n` },
  'as trailers that are not announced': { lines: CHUNKED, body: `1\r\na\r\n0\r\n${plain}\r\n` },
  'in a request behind a shorter length': {
    lines: `Content-Length: 0\r\n${CHUNKED}`,
    body: `0\r\n\r\n${SMUGGLED}`,
  },
  'in a request behind two lengths': {
    lines: `Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n`,
    body: SMUGGLED,
  },
  'in a request behind a disguised encoding': {
    lines: `Content-Length: ${SMUGGLED.length + 5}\r\nTransfer-Encoding : chunked\r\n`,
    body: `0\r\n\r\n${SMUGGLED}`,
  },
  'in a request behind another one': { lines: 'Content-Length: 0\r\n', body: SMUGGLED },
};

describe.each(GATEWAYS)('headers of the identity that a client sends to %s', (name) => {
  let calls = 0;

  const stack = beforeSuite(() => GatewayStack.start(name));
  const member = beforeSuite(() => stack.signUp());

  /** Sends bytes, waits until they are answered, and gives the requests that the API received. */
  const receivedFor = async (
    path: string,
    authorization: string,
    { lines, body = '' }: (typeof SHAPES)[string],
  ) => {
    const before = stack.echo.received.length;
    const call = String((calls += 1)).padStart(4, '0');
    const connection = await RawConnection.open(stack.gateway.port);
    const length = /^content-length|^transfer/im.test(lines) ? '' : 'Content-Length: 0\r\n';
    const head = `POST ${path} HTTP/1.1\r\n${CALL}Host: a\r\n${authorization}`;
    connection.send(`${head}${lines}${length}\r\n${body}`.replaceAll(CALL, `X-Call: ${call}\r\n`));
    const [answer] = await connection.receives(1);
    const count = body.includes('smuggled') && answer?.status === 200 ? 2 : 1;
    await waitFor(() => connection.ended || connection.answers.length >= count, {
      what: 'the second answer, or the end',
      timeoutMs: 4_000,
    }).catch(() => undefined);
    connection.destroy();
    // A request of an earlier call may come only now. One that has lost its number may be of this call.
    const isOwn = (each: ReceivedRequest) => [call, undefined].includes(callOf(each));
    return { status: answer?.status, requests: stack.echo.received.slice(before).filter(isOwn) };
  };

  it.each(Object.entries(SHAPES))('do not reach the API %s', async (_how, shape) => {
    const token = `Authorization: Bearer ${member.tokens.access_token}\r\n`;
    const open = await receivedFor('/public/x', '', shape);
    const checked = await receivedFor('/orders', token, shape);
    for (const request of open.requests) expect(identityOf(request)).toEqual([]);
    // HAProxy 3.0 forwards trailers, which an API must not take for headers (RFC 9110 §6.5.1).
    const trailers = [...open.requests, ...checked.requests].flatMap((request) => request.trailers);
    expect(name === 'HAProxy' ? [] : trailers).toEqual([]);
    for (const request of checked.requests) {
      const expected = request.url === '/orders' ? identity(member) : [];
      expect(identityOf(request)).toEqual(expected);
    }
    for (const { status, requests } of [open, checked]) {
      expect([200, 400, 501]).toContain(status);
      expect(requests.length > 0).toBe(status === 200);
    }
    const refused = await receivedFor('/orders', '', shape);
    expect(refused.requests.filter(({ url }) => url === '/orders')).toEqual([]);
  });

  it('leave the account and the role of the token as they are', async () => {
    const other = await stack.signUp();
    const headers = {
      'X-Auth-User-Id': other.id,
      'X-Auth-Role': 'admin',
      'X-Auth-Session-Id': other.sessionId,
    };
    expect((await member.client.get('/admin', { headers })).status).toBe(403);
    expect((await stack.client.get('/orders', { headers })).status).toBe(401);
    expect((await member.client.get('/orders', { headers })).body).toHaveProperty('url', '/orders');
    expect(identityOf(stack.echo.received.at(-1)!)).toEqual(identity(member));
  });
});
