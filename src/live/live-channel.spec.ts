import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { register } from 'prom-client';
import { WebSocket, WebSocketServer } from 'ws';
import { LiveChannel } from './live-channel.js';

const KILOBYTE = 'x'.repeat(1024);
/** More than the sockets of both ends keep. */
const MANY = 100_000;

/** A channel whose client is a real one, at the other end of a connection. */
describe('a live channel', () => {
  let server: WebSocketServer;
  let client: WebSocket;
  let channel: LiveChannel;
  beforeEach(async () => {
    server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong: false });
    await once(client, 'open');
    const [socket] = (await accepted) as [WebSocket];
    channel = new LiveChannel(socket, 'a session');
  });
  afterEach(() => {
    client.terminate();
    server.close();
  });

  const endedForMemory = async () => {
    const metric = await register.getSingleMetric('ergodrive_clients_ended_total')?.get();
    return metric?.values.find(({ labels }) => labels['reason'] === 'channel')?.value ?? NaN;
  };
  /** Whether the next pong is taken as the answer to the last ping. */
  const takesPong = async () => channel.takePong(((await once(channel.socket, 'pong')) as [Buffer])[0]);

  it('ends when its client leaves 64 KiB unread, and counts it', async () => {
    const before = await endedForMemory();
    client.pause();
    let most = 0;
    for (let sent = 0; sent < MANY && channel.socket.readyState === WebSocket.OPEN; sent += 1) {
      channel.send({ type: 'user_updated', KILOBYTE });
      most = Math.max(most, channel.socket.bufferedAmount);
      if (channel.socket.bufferedAmount > 0) await new Promise(setImmediate);
    }
    expect(channel.socket.readyState).not.toBe(WebSocket.OPEN);
    expect(most).toBeLessThan(65_536 + 2 * KILOBYTE.length);
    await expect(endedForMemory()).resolves.toBe(before + 1);
  });

  it('stays when its client reads, however much is sent', async () => {
    const received = new Promise<void>((resolve) => {
      let messages = 0;
      client.on('message', () => (messages += 1) === 2000 && resolve());
    });
    for (let sent = 0; sent < 2000; sent += 1) {
      channel.send({ type: 'user_updated', KILOBYTE });
      while (channel.socket.bufferedAmount > 0) await new Promise(setImmediate);
    }
    await received;
    expect(channel.isOpen).toBe(true);
  });

  it('stays only for a client that answers its last ping with what was in it', async () => {
    const pinged = once(client, 'ping');
    channel.beat();
    const [data] = (await pinged) as [Buffer];
    client.pong(data);
    await expect(takesPong()).resolves.toBe(true);
    channel.beat();
    expect(channel.isOpen).toBe(true);
    for (const other of [Buffer.alloc(0), data]) {
      client.pong(other);
      await expect(takesPong()).resolves.toBe(false);
    }
    channel.beat();
    expect(channel.isOpen).toBe(false);
  });
});

describe('LiveChannel', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('takes twenty messages within ten seconds, and twenty in the next', () => {
    const channel = new LiveChannel({} as WebSocket, 's');
    const send = (count: number) => Array.from({ length: count }, () => channel.exceedsRate());
    expect(send(20)).not.toContain(true);
    expect(send(2)).toEqual([true, true]);
    jest.advanceTimersByTime(10_001);
    expect(send(20)).not.toContain(true);
    expect(send(1)).toEqual([true]);
  });
});
