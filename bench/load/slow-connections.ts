import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HOST = '127.0.0.1';
const LOGIN = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n';
/** The first request stops within its headers, the second within its body. */
const BEGINNINGS = [LOGIN + 'X-Slow: ', LOGIN + 'Content-Length: 10000\r\n\r\n'];
/** Connections are opened in batches that the server's backlog can hold. */
const BATCH = 250;
const TRICKLE_MS = 100;
/** Every connection sends a byte once in this many steps. */
const STEPS = 50;

/** Connections whose requests never end: each sends one byte in five seconds. */
export class SlowConnections {
  private constructor(
    private readonly sockets: readonly Socket[],
    private readonly trickle: NodeJS.Timeout,
  ) {}

  /** @throws Error when a connection is refused */
  static async open(port: number, count: number): Promise<SlowConnections> {
    const sockets: Socket[] = [];
    while (sockets.length < count) {
      const batch = Array.from({ length: Math.min(BATCH, count - sockets.length) }, () =>
        connect(port, HOST),
      );
      await Promise.all(batch.map((socket) => once(socket, 'connect')));
      sockets.push(...batch);
    }
    sockets.forEach((socket, index) => {
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(BEGINNINGS[index % BEGINNINGS.length] ?? '');
    });
    let step = 0;
    const trickle = setInterval(() => {
      step = (step + 1) % STEPS;
      for (let index = step; index < sockets.length; index += STEPS) sockets[index]?.write('a');
    }, TRICKLE_MS);
    return new SlowConnections(sockets, trickle);
  }

  /** How many the server has not closed. */
  get open(): number {
    return this.sockets.filter(({ readyState }) => readyState === 'open').length;
  }

  close(): void {
    clearInterval(this.trickle);
    for (const socket of this.sockets) socket.destroy();
  }
}
