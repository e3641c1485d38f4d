import { randomUUID } from 'node:crypto';
import { RawConnection, type RawAnswer } from '../support/network/raw-http.js';
import { beforeSuite, Deployment, type ProblemBody } from './support/suite.js';

const GET = 'GET /health/live HTTP/1.1\r\n';
const WELL = `${GET}Host: a\r\n\r\n`;
const CREDENTIALS = JSON.stringify({ email: `${randomUUID()}@example.org`, password: 'wrong-password' });
/** Its answer takes a hash, so that what follows at once meets a pending answer. */
const LOGIN =
  `POST /api/v1/auth/login/json HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n` +
  `Content-Length: ${CREDENTIALS.length}\r\n\r\n${CREDENTIALS}`;
const CHANNEL =
  `GET /api/v1/ws/session/${randomUUID()} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

describe('the head of a request', () => {
  const deployment = beforeSuite(() => Deployment.start());

  /** The answers to the bytes until the service ends the connection. */
  const answersTo = async (bytes: string) => {
    const connection = await RawConnection.open(deployment.apps[0]!.port);
    connection.send(bytes);
    const answers = await connection.closed();
    connection.destroy();
    return answers;
  };
  const expectRefusal = (answers: readonly RawAnswer[], status: number, code: string) => {
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(answers[0]?.headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/problem\+json/),
      'cache-control': 'no-store',
      connection: 'close',
    });
    expect(JSON.parse(answers[0]?.body ?? '') as ProblemBody).toMatchObject({ status, code });
  };

  it.each([
    ['two hosts', `${GET}Host: a\r\nHost: b\r\n\r\n`],
    ['the same host twice', `${GET}Host: a\r\nX-Y: z\r\nhOST: a\r\n\r\n`],
    ['no host', `${GET}\r\n`],
    ['an empty host', `${GET}Host:\r\n\r\n`],
    ['a host with a space', `${GET}Host: a b\r\n\r\n`],
    ['a host with a path', `${GET}Host: a/b\r\n\r\n`],
    ['a host with a user', `${GET}Host: a@b\r\n\r\n`],
    ['a port that is not a number', `${GET}Host: a:b\r\n\r\n`],
    ['HTTP/2.0', 'GET /health/live HTTP/2.0\r\nHost: a\r\n\r\n'],
    ['HTTP/0.9', 'GET /health/live HTTP/0.9\r\nHost: a\r\n\r\n'],
    ['HTTP/1.2', 'GET /health/live HTTP/1.2\r\nHost: a\r\n\r\n'],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n'],
    [
      'both lengths',
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a live channel for two hosts', `${CHANNEL}Host: a\r\nHost: b\r\n\r\n`],
    ['a live channel for no host', `${CHANNEL}\r\n`],
  ])('with %s is refused, and the connection ends', async (_, bytes) => {
    expectRefusal(await answersTo(bytes + WELL), 400, 'malformed_request');
  });

  it('that is too long is refused', async () => {
    const answers = await answersTo(`${GET}Host: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`);
    expectRefusal(answers, 431, 'headers_too_large');
  });

  it.each(['a', 'a:', 'a:80', '127.0.0.1:8000', '[::1]:8000', 'xn--bcher-kva.example', 'a_b-c.d'])(
    'may have the host %s',
    async (host) => {
      const [answer] = await answersTo(`${GET}Host: ${host}\r\nConnection: close\r\n\r\n`);
      expect(answer?.status).toBe(200);
    },
  );

  it('needs no host in HTTP/1.0', async () => {
    const [answer] = await answersTo('GET /health/live HTTP/1.0\r\n\r\n');
    expect(answer?.status).toBe(200);
  });

  it('may have an unknown Expect header', async () => {
    const [answer] = await answersTo(`${GET}Host: a\r\nExpect: x\r\nConnection: close\r\n\r\n`);
    expect(answer?.status).toBe(200);
  });

  it('is refused after the answers to earlier requests', async () => {
    for (const bad of ['garbage\r\n\r\n', `${GET}\r\n`]) {
      const answers = await answersTo(LOGIN + LOGIN + bad);
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 400]);
    }
    const closing = LOGIN.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    const answers = await answersTo(closing + WELL);
    expect(answers.map(({ status }) => status)).toEqual([401]);
  });

  it('gets one answer, also when the body that follows is malformed', async () => {
    const route = (type: string) =>
      `POST /api/v1/auth/refresh HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    for (const [type, status] of [
      ['text/plain', 415],
      ['application/json', 400],
    ] as const) {
      const connection = await RawConnection.open(deployment.apps[0]!.port);
      connection.send(route(type));
      if (status === 415) await connection.receives(1);
      connection.send('no chunk\r\n');
      const answers = await connection.closed();
      expect(answers.map((answer) => answer.status)).toEqual([status]);
    }
  });
});
