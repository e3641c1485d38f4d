import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';

/** A request as it reached the API. */
export interface ReceivedRequest {
  method: string;
  url: string;
  /** Names and values in the order and case in which they came. */
  headers: [name: string, value: string][];
  trailers: [name: string, value: string][];
  body: string;
}

/** An API that answers each request with what it received. */
export class EchoApi {
  readonly received: ReceivedRequest[] = [];

  private constructor(private readonly server: Server) {
    rememberResource(this, () => this.stop());
  }

  static async start(): Promise<EchoApi> {
    const server = createServer();
    const api = new EchoApi(server);
    server.on('request', (request: IncomingMessage, response) => {
      void api.record(request).then((received) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(received));
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return api;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    forgetResource(this);
    this.server.close();
    this.server.closeAllConnections();
  }

  private async record(request: IncomingMessage): Promise<ReceivedRequest> {
    const body = await text(request);
    const { method = '', url = '', rawHeaders, rawTrailers } = request;
    const [headers, trailers] = [pairsOf(rawHeaders), pairsOf(rawTrailers)];
    const received = { method, url, headers, trailers, body };
    this.received.push(received);
    return received;
  }
}

function pairsOf(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : []));
}
