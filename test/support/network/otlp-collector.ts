import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';
import { waitFor } from '../wait-for.js';
import { parseTraces, type ReceivedSpan } from './otlp-traces.js';

/** A collector that takes spans by OTLP over HTTP. */
export class OtlpCollector {
  readonly spans: ReceivedSpan[] = [];
  readonly bodies: Buffer[] = [];
  headers: IncomingHttpHeaders = {};
  /** What it answers. */
  status = 200;

  private constructor(private readonly server: Server) {
    rememberResource(this, () => this.stop());
  }

  static async start(): Promise<OtlpCollector> {
    const server = createServer();
    const collector = new OtlpCollector(server);
    server.on('request', (request: IncomingMessage, response) => {
      void collector.take(request).then(() => response.writeHead(collector.status).end());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return collector;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Everything that it got, with each byte as a character. */
  get text(): string {
    return Buffer.concat(this.bodies).toString('latin1');
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves with a server span when it has arrived, and with its children: their batch is the same or an earlier one. */
  async trace(
    isWanted: (span: ReceivedSpan) => boolean,
  ): Promise<{ server: ReceivedSpan; children: ReceivedSpan[] }> {
    const find = () => this.spans.find((span) => span.kind === 'server' && isWanted(span));
    await waitFor(() => find() !== undefined, { what: 'a server span' });
    const server = find();
    if (server === undefined) throw new Error('the span has gone');
    return { server, children: this.spans.filter(({ parentId }) => parentId === server.spanId) };
  }

  async stop(): Promise<void> {
    forgetResource(this);
    this.server.close();
    this.server.closeAllConnections();
  }

  private async take(request: IncomingMessage): Promise<void> {
    const body = await buffer(request);
    this.headers = request.headers;
    this.bodies.push(body);
    if (request.url === '/v1/traces' && this.status === 200) this.spans.push(...parseTraces(body));
  }
}
