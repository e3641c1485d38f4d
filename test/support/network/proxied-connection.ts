import { connect, type Socket } from 'node:net';
import { ProxyStream, type StreamMode } from './proxy-stream.js';

export interface ProxyTarget {
  host?: string;
  port: number;
}

export interface TcpProxyOptions {
  /**
   * Only connections whose client has sent these bytes are held or delayed; the others pass. For example
   * `PSYNC`: the replicas of a Redis.
   */
  onlyAfter?: string;
  /** Changes what the target answers, chunk by chunk as it arrives. */
  rewrite?: (answer: Buffer) => Buffer;
}

/** One client of a proxy, with its connection to the target. */
export class ProxiedConnection {
  private readonly upstream: Socket;
  private readonly streams: readonly ProxyStream[];
  private mode: StreamMode | undefined;
  private recognized: boolean;
  private broken = false;

  private readonly marker: string | undefined;

  constructor(
    private readonly client: Socket,
    target: ProxyTarget,
    { onlyAfter, rewrite }: TcpProxyOptions,
  ) {
    this.marker = onlyAfter;
    this.upstream = connect({ host: target.host ?? '127.0.0.1', port: target.port, allowHalfOpen: true });
    this.streams = [new ProxyStream(client, this.upstream), new ProxyStream(this.upstream, client, rewrite)];
    this.recognized = onlyAfter === undefined;
    if (!this.recognized) client.on('data', this.recognize);
    for (const socket of [client, this.upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.fail());
    }
  }

  /** The local port of the connection to the target; `undefined` before it is connected. */
  get upstreamPort(): number | undefined {
    return this.upstream.localPort;
  }

  set(mode: StreamMode): void {
    this.mode = mode;
    if (!this.recognized) return;
    if (this.broken && !mode.held) this.reset();
    for (const stream of this.streams) stream.set(mode);
  }

  /** Ends both sides at once, with a TCP reset. */
  reset(): void {
    for (const stream of this.streams) stream.close();
    for (const socket of [this.client, this.upstream]) resetSocket(socket);
  }

  /** Resolves when both sides are closed. */
  async closed(): Promise<void> {
    const sockets = [this.client, this.upstream].filter((socket) => !socket.closed);
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  }

  // The other side of a dead network does not learn that this side broke.
  private fail(): void {
    this.broken = true;
    if (!this.recognized || !this.mode?.held) this.reset();
  }

  private readonly recognize = (chunk: Buffer): void => {
    if (!this.marker || !chunk.includes(this.marker)) return;
    this.client.off('data', this.recognize);
    this.recognized = true;
    if (this.mode) this.set(this.mode);
  };
}

// Not `resetAndDestroy()`: it first waits for pending writes, which a frozen peer never takes, and when the
// peer breaks off during that wait the handle is never closed (libuv refuses to reset a stream that is
// shutting down) and keeps the process busy. Its flag alone makes `destroy()` reset at once.
function resetSocket(socket: Socket): void {
  if (!socket.connecting && !socket.writableEnded) Object.assign(socket, { resetAndClosing: true });
  socket.destroy();
}
