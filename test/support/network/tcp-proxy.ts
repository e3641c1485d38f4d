import { createServer, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.js';
import { ProxiedConnection, type ProxyTarget, type TcpProxyOptions } from './proxied-connection.js';
import type { StreamMode } from './proxy-stream.js';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';

const PASS: StreamMode = { held: false, delayMs: 0 };

/** A network between a client and a TCP service on which a test can inject a fault. It starts passing. */
export class TcpProxy {
  private readonly connections = new Set<ProxiedConnection>();
  /** Those that pass nothing any more. */
  private readonly forgotten = new Set<ProxiedConnection>();
  private readonly server: Server;
  private mode = PASS;

  private constructor(
    private target: ProxyTarget,
    readonly port: number,
    private readonly options: TcpProxyOptions,
  ) {
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.accept(client));
    rememberResource(this, () => this.close());
  }

  /** Listens on a free port of 127.0.0.1. The target is connected to once a client comes. */
  static async start(target: ProxyTarget, options: TcpProxyOptions = {}): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, await freePort(), options);
    await proxy.listen();
    return proxy;
  }

  readonly host = '127.0.0.1';

  /** How many connections are open through it. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** The local ports of its connections to the target, as the target's clients have them. */
  get upstreamPorts(): number[] {
    return [...this.connections].flatMap(({ upstreamPort }) => upstreamPort ?? []);
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

  /** Lets the open connections pass nothing any more, not even their end; new ones pass. So does a NAT that has forgotten them. */
  forget(): void {
    for (const connection of this.connections) {
      connection.set({ held: true, delayMs: 0 });
      this.forgotten.add(connection);
      this.connections.delete(connection);
    }
  }

  /** Resets the open connections and refuses new ones. */
  async cut(): Promise<void> {
    const closed = this.stopListening();
    for (const connection of [...this.connections, ...this.forgotten]) connection.reset();
    await closed;
  }

  /** Connects clients to another target from now on. Resets the open connections, as a moved address does; does nothing if it is the same. */
  redirect(target: ProxyTarget): void {
    if (target.port === this.target.port && target.host === this.target.host) return;
    this.target = target;
    for (const connection of this.connections) connection.reset();
  }

  /** Ends it for good, with its connections. */
  async close(): Promise<void> {
    forgetResource(this);
    await this.cut();
  }

  private async enter(mode: StreamMode): Promise<void> {
    this.mode = mode;
    for (const connection of this.connections) connection.set(mode);
    if (!this.server.listening) await this.listen();
  }

  private accept(client: Socket): void {
    const connection = new ProxiedConnection(client, this.target, this.options);
    this.connections.add(connection);
    void connection.closed().then(() => {
      this.connections.delete(connection);
      this.forgotten.delete(connection);
    });
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
