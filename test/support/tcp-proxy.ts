import { createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.js';
import { ProxiedConnection, type ProxyTarget } from './proxied-connection.js';
import type { LaneMode } from './proxy-lane.js';
import { forgetResource, rememberResource } from './suite-resources.js';

export interface TcpProxyOptions {
  /**
   * Only connections whose client has sent these bytes are held or delayed; the others pass. For example
   * `PSYNC`: the replicas of a Redis.
   */
  onlyAfter?: string;
}

const PASS: LaneMode = { held: false, delayMs: 0 };

/** A network between a client and a TCP service on which a test can play a fault. It starts passing. */
export class TcpProxy {
  private readonly connections = new Set<ProxiedConnection>();
  private readonly server: Server;
  private mode = PASS;

  private constructor(
    private readonly target: ProxyTarget,
    readonly port: number,
    private readonly onlyAfter: string | undefined,
  ) {
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.accept(client));
    rememberResource(this, () => this.close());
  }

  /** Listens on a free port of 127.0.0.1. The target is connected to once a client comes. */
  static async start(target: ProxyTarget, { onlyAfter }: TcpProxyOptions = {}): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, await freePort(), onlyAfter);
    await proxy.listen();
    return proxy;
  }

  readonly host = '127.0.0.1';

  /** How many connections are open through it. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** The given URL of the target, by way of this proxy. */
  through(url: string): string {
    const proxied = new URL(url);
    proxied.hostname = this.host;
    proxied.port = String(this.port);
    return proxied.href;
  }

  /** Back to normal: delivers what was held, accepts connections again. */
  async pass(): Promise<void> {
    await this.enter(PASS);
  }

  /**
   * Accepts and keeps connections and passes nothing in either direction, not even their end. Nothing is
   * lost: {@link pass} delivers it, as a network that retransmits does.
   */
  async blackhole(): Promise<void> {
    await this.enter({ held: true, delayMs: 0 });
  }

  /** Lets everything take `ms` longer, each way, in order. */
  async delay(ms: number): Promise<void> {
    await this.enter({ held: false, delayMs: ms });
  }

  /** Resets the open connections and refuses new ones. */
  async cut(): Promise<void> {
    const closed = this.stopListening();
    for (const connection of this.connections) connection.reset();
    await closed;
  }

  /** Ends it for good, with its connections. */
  async close(): Promise<void> {
    forgetResource(this);
    await this.cut();
  }

  private async enter(mode: LaneMode): Promise<void> {
    this.mode = mode;
    for (const connection of this.connections) connection.set(mode);
    if (!this.server.listening) await this.listen();
  }

  private accept(client: Socket): void {
    const connection = new ProxiedConnection(client, this.target, this.onlyAfter);
    this.connections.add(connection);
    void connection.closed().then(() => this.connections.delete(connection));
    connection.set(this.mode);
  }

  private listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.port, this.host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
  }

  private stopListening(): Promise<void> {
    return new Promise((resolve) => {
      if (this.server.listening) this.server.close(() => resolve());
      else resolve();
    });
  }
}
