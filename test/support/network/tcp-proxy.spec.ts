import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { OutputRing } from '../process/output-ring.js';
import { TcpProxy } from './tcp-proxy.js';
import { waitFor } from '../wait-for.js';

describe('TcpProxy', () => {
  let echo: Server;
  let proxy: TcpProxy;

  beforeEach(async () => {
    echo = createServer({ allowHalfOpen: true }, (socket) =>
      socket.on('error', () => undefined).pipe(socket),
    );
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await TcpProxy.start({ port: (echo.address() as AddressInfo).port });
  });

  afterEach(async () => {
    await proxy.close();
    echo.close();
    await once(echo, 'close');
  });

  async function open(): Promise<{ socket: Socket; received: OutputRing }> {
    const socket = connect({ port: proxy.port, host: proxy.host });
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    const received = new OutputRing(16 * 1024 * 1024);
    received.follow(socket);
    return { socket, received };
  }

  function arrival(received: OutputRing, text: string): Promise<boolean> {
    return waitFor(() => received.text === text, { what: `"${text}"`, intervalMs: 1 });
  }

  it('forgets the open connections for good, and passes new ones', async () => {
    const old = await open();
    old.socket.write('a');
    await arrival(old.received, 'a');
    proxy.forget();
    old.socket.write('b');
    await proxy.pass();
    const { socket, received } = await open();
    socket.write('new');
    await arrival(received, 'new');
    expect(old.received.text).toBe('a');
    await proxy.cut();
    await waitFor(() => old.socket.destroyed, { what: 'the reset of the forgotten connection' });
  });

  it('switches to another target, and resets the connections to the old one', async () => {
    const other = createServer((socket) => socket.on('error', () => undefined).end('other'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { socket, received } = await open();
    socket.write('x');
    await arrival(received, 'x');
    const reset = new Promise((resolve) => socket.once('close', resolve));
    proxy.redirect({ port: (other.address() as AddressInfo).port });
    await reset;
    const { received: now } = await open();
    const fromOther = await arrival(now, 'other').finally(() => other.close());
    expect(fromOther).toBe(true);
  });

  it('passes bytes and the end of the stream', async () => {
    const { socket, received } = await open();
    socket.end('hello');
    await once(socket, 'close');
    expect(received.text).toBe('hello');
    await waitFor(() => proxy.connectionCount === 0, { what: 'the proxy to close the connection' });
  });

  it('passes much more than its buffers hold, to a slow reader', async () => {
    const { socket, received } = await open();
    const much = 'x'.repeat(8 * 1024 * 1024);
    socket.pause();
    socket.end(much);
    await once(socket, 'finish');
    socket.resume();
    await once(socket, 'close');
    expect(received.text.length).toBe(much.length);
  });

  it('holds everything while black-holed, accepts connections, and delivers all in order afterwards', async () => {
    const { socket, received } = await open();
    socket.write('1');
    await arrival(received, '1');
    await proxy.blackhole();
    const late = await open();
    for (const part of ['2', '3', '4']) socket.write(part);
    late.socket.end('late');
    const leaked = waitFor(() => received.text !== '1' || late.received.text, {
      what: 'a leak',
      timeoutMs: 200,
    });
    await expect(leaked).rejects.toThrow('in vain');
    await proxy.pass();
    await arrival(received, '1234');
    await arrival(late.received, 'late');
    socket.destroy();
  });

  it('stays silent to the client when the target dies behind a black hole', async () => {
    const { socket } = await open();
    const upstream = await new Promise<Socket>((resolve) => {
      echo.once('connection', resolve);
      void open();
    });
    await proxy.blackhole();
    upstream.resetAndDestroy();
    const closed = waitFor(() => socket.closed, { what: 'the reset', timeoutMs: 100 });
    await expect(closed).rejects.toThrow('in vain');
  });

  it('delays each direction and keeps the order', async () => {
    const { socket, received } = await open();
    await proxy.delay(100);
    const letters = Array.from({ length: 20 }, (_, index) => String.fromCodePoint(97 + index));
    const started = performance.now();
    for (const letter of letters) {
      socket.write(letter);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await arrival(received, letters.join(''));
    expect(performance.now() - started).toBeGreaterThanOrEqual(205);
    // One delay after another would take as many tenths of a second as there are letters.
    expect(performance.now() - started).toBeLessThan(letters.length * 100);
    await proxy.pass();
    socket.write('.');
    await arrival(received, `${letters.join('')}.`);
    socket.destroy();
  });

  it('resets and refuses connections while cut, and takes them on the same port afterwards', async () => {
    const { socket } = await open();
    const failure = once(socket, 'error');
    await proxy.cut();
    await expect(failure).resolves.toMatchObject([{ code: 'ECONNRESET' }]);
    await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.pass();
    const again = await open();
    again.socket.write('back');
    await arrival(again.received, 'back');
    again.socket.destroy();
  });

  it('cuts at once although the target takes no more bytes', async () => {
    const stuck = new Promise<Socket>((resolve) => echo.once('connection', (peer) => resolve(peer.pause())));
    const { socket } = await open();
    (await stuck).unpipe().pause();
    socket.write(Buffer.alloc(16 * 1024 * 1024));
    await waitFor(() => socket.writableNeedDrain, { what: 'the buffers to fill' });
    await proxy.cut();
    await waitFor(() => socket.closed, { what: 'the reset', timeoutMs: 1_000 });
    (await stuck).destroy();
  });

  it('can hold only the connections that have sent a marker', async () => {
    const picky = await TcpProxy.start(
      { port: (echo.address() as AddressInfo).port },
      { onlyAfter: 'PSYNC' },
    );
    const answers: string[] = [];
    const speak = (name: string): Socket =>
      connect({ port: picky.port, host: picky.host })
        .on('error', () => undefined)
        .on('data', (data) => answers.push(`${name}:${String(data)}`));
    const replica = speak('replica');
    const client = speak('client');
    replica.write('PSYNC');
    await waitFor(() => answers.length === 1, { what: 'the echo' });
    await picky.blackhole();
    replica.write('more');
    client.write('GET');
    await waitFor(() => answers.length === 2, { what: 'the echo' });
    expect(answers).toEqual(['replica:PSYNC', 'client:GET']);
    await picky.pass();
    await waitFor(() => answers.includes('replica:more'), { what: 'what was held' });
    await picky.close();
  });
});
