import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { waitFor } from '../support/wait-for.js';
import { POLL_PATH } from './support/feed-client.js';
import { neededBytes, WITH_INSPECTOR } from './support/inspector.js';
import { sampleOf } from './support/metric-sample.js';
import { beforeSuite, Deployment } from './support/suite.js';

const MEBIBYTE = 1024 * 1024;
const KIBIBYTE = 1024;

/** A chunk of one byte costs six on the wire. */
const tinyChunks = (bytes: number) => '1\r\na\r\n'.repeat(bytes);
const CHUNKED = 'Transfer-Encoding: chunked';
const head = (path: string, framing: string) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;

const channel = () =>
  `GET /api/v1/ws/session/${randomUUID()} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
  'Sec-WebSocket-Protocol: ergodrive.v1\r\n\r\n';

describe('the memory of the process', () => {
  let before: number;
  let sockets: Socket[];

  const keys = beforeSuite(() => SigningKeysFile.create());
  const deployment = beforeSuite(() =>
    Deployment.ofProcesses({
      instances: [{ SIGNING_KEYS_FILE: keys.path, ...WITH_INSPECTOR }],
      redisUrl: null,
    }),
  );
  beforeAll(async () => {
    before = await neededBytes(deployment.apps[0]!);
  });
  beforeEach(() => {
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    // To measure is to collect the garbage, while the process ends the connections.
    await waitFor(async () => (await grown()) < 12, {
      what: 'the memory to be given back',
      timeoutMs: 60_000,
      intervalMs: 500,
    });
  });

  const open = async (): Promise<Socket> => {
    const socket = connect(deployment.apps[0]!.port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  /** Sends it on so many connections, and waits until the process has taken it. */
  const send = async (connections: number, text: string): Promise<void> => {
    await Promise.all(
      Array.from({ length: connections }, async () => {
        const socket = await open();
        await new Promise<void>((resolve) => {
          socket.write(text, 'latin1', () => resolve());
          socket.once('close', () => resolve());
        });
      }),
    );
    const isHealthy = async () => (await deployment.client().get('/health')).status === 200;
    await waitFor(isHealthy, { what: 'the process to take what was sent', timeoutMs: 40_000 });
  };
  /** In MiB. */
  const grown = async () => ((await neededBytes(deployment.apps[0]!)) - before) / MEBIBYTE;

  /** How many clients the process has ended for this reason. */
  const endedClients = async (reason: string): Promise<number> =>
    (await sampleOf(deployment.client(), `ergodrive_clients_ended_total{reason="${reason}"}`)) ?? 0;

  it('holds the bytes of bodies, however small their pieces are', async () => {
    const body = tinyChunks(16 * KIBIBYTE - 1);
    await send(200, head('/api/v1/auth/login/json', CHUNKED) + body);
    expect(await grown()).toBeLessThan(16);
  });

  it('holds no more of the body of a poll than of others before the client has authenticated', async () => {
    await send(20, head(POLL_PATH, CHUNKED) + tinyChunks(256 * KIBIBYTE - 1));
    expect(await grown()).toBeLessThan(8);
  });

  it('refuses the oldest of too many bodies that do not come to their end', async () => {
    const length = 16 * KIBIBYTE;
    const body = head('/api/v1/auth/login/json', `Content-Length: ${length}`) + 'a'.repeat(length - 1);
    let answered = 0;
    // 4,096 bodies fill the memory. A slow machine may have refused the first for their age by then: more come in their place.
    while ((await endedClients('body')) < 800 && sockets.length < 9000) {
      await send(500, body);
      for (const socket of sockets.slice(-500)) socket.once('data', () => answered++);
    }
    expect(await endedClients('body')).toBeGreaterThanOrEqual(800);
    await waitFor(() => answered >= 800, { what: 'the answers to the refused' });
    // What the connections take without a body included.
    expect(await grown()).toBeLessThan(64 + (sockets.length * 20 * KIBIBYTE) / MEBIBYTE);
  });

  it('holds few fragments of a message of a live channel', async () => {
    // Text without an end, then its continuations: each is masked by zeros.
    const fragments = `\x01\x81\0\0\0\0a${'\0\x81\0\0\0\0a'.repeat(8000)}`;
    await send(300, `${channel()}${fragments}`);
    // What was read of the connections, 16 MiB, may wait for its end.
    expect(await grown()).toBeLessThan(48);
  });

  it('holds few requests of connections that wait for no answer', async () => {
    const requests = 'GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20_000);
    await send(20, requests);
    expect(await grown()).toBeLessThan(64);
    await waitFor(() => sockets.every((socket) => socket.destroyed), { what: 'the end of the connections' });
    expect(await endedClients('pipeline')).toBeGreaterThan(0);
  });
});
