export interface SocketCase {
  name: string;
  bytes: string | Buffer;
  /** What the answers may begin with; none where the connection may end without an answer. */
  statuses?: readonly number[];
}

const HEAD = 'Host: a\r\nContent-Type: application/json\r\n';
const post = (headers: string, body: string): string =>
  `POST /api/v1/auth/refresh HTTP/1.1\r\n${HEAD}${headers}\r\n${body}`;
/** What a smuggled request would do: its answer would be a 200 that nobody asked for. */
const SMUGGLED = 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n';
const SIZE = SMUGGLED.length;
const CHUNKED = `2\r\n{}\r\n0\r\n\r\n`;
const get = (target: string, version = 'HTTP/1.1', headers = 'Host: a\r\n'): string =>
  `GET ${target} ${version}\r\n${headers}\r\n`;
const REFUSED = [400] as const;

/**
 * Bytes for one connection each (RFC 9112 §11.2 names the first kind). `me` is a path with a token in the headers.
 * @param token a valid access token
 */
export function socketCorpus(token: string): SocketCase[] {
  const bearer = `Authorization: Bearer ${token}\r\n`;
  const me = (headers: string) => get('/api/v1/users/me', 'HTTP/1.1', `Host: a\r\n${headers}`);
  return [
    {
      name: 'CL.TE',
      bytes: post(`Content-Length: ${SIZE + 5}\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${SMUGGLED}`),
      statuses: REFUSED,
    },
    {
      name: 'TE.CL',
      bytes: post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', CHUNKED + SMUGGLED),
      statuses: REFUSED,
    },
    ...[
      'xchunked',
      ' chunked, identity',
      'chunked, chunked',
      'chunked\u000b',
      '"chunked"',
      'identity',
      'gzip',
    ].map((value) => ({
      name: `TE ${JSON.stringify(value)}`,
      bytes: post(`Transfer-Encoding: ${value}\r\n`, CHUNKED + SMUGGLED),
      statuses: [400, 415],
    })),
    ...[
      'Transfer-Encoding : chunked',
      ' Transfer-Encoding: chunked',
      'Transfer-Encoding\t: chunked',
      'X: y\r\n\tTransfer-Encoding: chunked',
      'Transfer-Encoding:\r\n chunked',
    ].map((line) => ({
      name: `the line ${JSON.stringify(line)}`,
      bytes: post(`${line}\r\nContent-Length: ${CHUNKED.length}\r\n`, CHUNKED),
      statuses: [400, 415, 422],
    })),
    ...['-1', '+2', '0x2', '2, 2', '2, 3', '1e1', '2 2', '', '99999999999999999999', '2\u0000'].map(
      (length) => ({
        name: `Content-Length ${JSON.stringify(length)}`,
        bytes: post(`Content-Length: ${length}\r\n`, '{}'),
        statuses: [400, 413],
      }),
    ),
    {
      name: 'two lengths',
      bytes: post('Content-Length: 2\r\nContent-Length: 3\r\n', '{}x'),
      statuses: REFUSED,
    },
    ...['g', '-1', '0x2', 'ffffffffffffffffff', '2;', '', ' 2'].map((size) => ({
      name: `a chunk of ${JSON.stringify(size)}`,
      bytes: post('Transfer-Encoding: chunked\r\n', `${size}\r\n{}\r\n0\r\n\r\n`),
      statuses: [400, 413, 422],
    })),
    {
      name: 'a chunk extension of 20 KB',
      bytes: post('Transfer-Encoding: chunked\r\n', `2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`),
      statuses: [400, 413],
    },
    { name: 'bare line feeds', bytes: 'GET /health/live HTTP/1.1\nHost: a\n\n' },
    { name: 'bare carriage returns', bytes: 'GET /health/live HTTP/1.1\rHost: a\r\r' },
    { name: 'HTTP/0.9', bytes: 'GET /health/live\r\n\r\n' },
    { name: 'HTTP/0.9 by its name', bytes: get('/health/live', 'HTTP/0.9'), statuses: REFUSED },
    ...['HTTP/2.0', 'HTTP/3.0', 'HTTP/1.9', 'HTTP/1', 'http/1.1', 'HTTP/01.1', 'HTTQ/1.1', 'ICE/1.0'].map(
      (version) => ({ name: version, bytes: get('/health/live', version), statuses: [400, 404] }),
    ),
    { name: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
    { name: 'a TLS hello', bytes: Buffer.from('16030100c8010000c40303', 'hex') },
    ...[
      'http://evil.example/api/v1/users/me',
      'https://a/api/v1/users/me',
      '//a/api/v1/users/me',
      '/api/v1//users/me',
      '/api/v1/users/../users/me',
      '/api/v1/users/me%2f',
      '/API/V1/USERS/ME',
      '/api/v1/users/me;x=y',
      '/api/v1/users/me/',
      '/%',
      '/%00',
      '/%c0%af',
      '/%ed%a0%80',
      `/${'a'.repeat(8000)}`,
      '*',
      '?',
      'x',
      '/\u00e9',

      '/a b',
    ].map((target) => ({
      name: `the target ${target.slice(0, 50)}`,
      bytes: get(target),
      statuses: [400, 401, 404],
    })),
    { name: 'CONNECT', bytes: 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n' },
    ...['TRACE', 'FOO', 'get', 'GET\u0000', 'PROPFIND', 'PURGE'].map((method) => ({
      name: `the method ${JSON.stringify(method)}`,
      bytes: `${method} /api/v1/users/me HTTP/1.1\r\nHost: a\r\n\r\n`,
      statuses: [400, 401, 404, 405],
    })),
    { name: 'two Authorization headers', bytes: me(`${bearer}${bearer}`), statuses: [200, 400, 401] },
    {
      name: 'two Authorization headers, the first wrong',
      bytes: me(`Authorization: Bearer x\r\n${bearer}`),
      statuses: [400, 401],
    },
    {
      name: 'two tokens in a header',
      bytes: me(`Authorization: Bearer x, Bearer ${token}\r\n`),
      statuses: [400, 401],
    },
    ...['Basic YTpi', 'Bearer', 'Bearer  ', `Bearer\tx`, 'Digest x', token].map((value) => ({
      name: `Authorization ${value.slice(0, 20)}`,
      bytes: me(`Authorization: ${value}\r\n`),
      statuses: [401],
    })),
    {
      name: 'a token of 17 KB',
      bytes: me(`Authorization: Bearer ${'x'.repeat(17_408)}\r\n`),
      statuses: [431],
    },
    {
      name: 'a token of 15 KB',
      bytes: me(`Authorization: Bearer ${'x'.repeat(15_000)}\r\n`),
      statuses: [401],
    },
    { name: 'a token with NUL', bytes: me('Authorization: Bearer x\u0000y\r\n'), statuses: REFUSED },
    { name: 'a header with a control character', bytes: me('X: \u0001\r\n'), statuses: [400, 401] },
    { name: '3,000 headers', bytes: me('A:b\r\n'.repeat(3000)), statuses: [401, 431] },
    { name: 'a name with a space', bytes: me('A b: c\r\n'), statuses: REFUSED },
    {
      name: 'a wrong handshake',
      bytes: get(
        '/api/v1/ws/session/00000000-0000-4000-8000-000000000000',
        'HTTP/1.1',
        'Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n',
      ),
    },
    { name: 'nothing', bytes: '\r\n\r\n' },
  ];
}
