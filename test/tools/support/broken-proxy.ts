import { once } from 'node:events';
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { forgetResource, rememberResource } from '../../support/jest/suite-resources.js';

export interface Request {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What the proxy does with a request: asks the service by `pass`, answers itself, or with `undefined` never answers. */
export type Behaviour = (request: Request, pass: () => Promise<Reply>) => Promise<Reply | undefined>;

export interface BrokenProxyOptions {
  behaviour?: Behaviour;
  /** Whether live channels are passed on; `true` by default. */
  upgrades?: boolean;
  /** Makes it a server of HTTPS. */
  tls?: { key: string; cert: string };
}

/** An HTTP proxy before the service that can break its promises. */
export class BrokenProxy {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly scheme: string,
  ) {
    rememberResource(this, () => this.stop());
    const remember = (socket: Socket) => {
      this.sockets.add(socket.on('error', () => undefined));
      socket.once('close', () => this.sockets.delete(socket));
    };
    server.on('connection', remember).on('secureConnection', remember);
  }

  static async start(target: string, options: BrokenProxyOptions = {}): Promise<BrokenProxy> {
    const { behaviour = (_request, pass) => pass(), upgrades = true, tls } = options;
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    const proxy = new BrokenProxy(server, tls === undefined ? 'http' : 'https');
    server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
      void answer(target, behaviour, incoming, response).catch(() => response.destroy());
    });
    server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
      if (upgrades) proxy.tunnel(target, incoming, socket, head);
      else socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    forgetResource(this);
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private tunnel(target: string, { url, rawHeaders }: IncomingMessage, socket: Socket, head: Buffer): void {
    const upstream = connect(Number(new URL(target).port), '127.0.0.1');
    this.sockets.add(upstream.on('error', () => socket.destroy()));
    const lines = rawHeaders.flatMap((value, index) =>
      index % 2 === 0 ? [`${value}: ${rawHeaders[index + 1]}`] : [],
    );
    upstream.write([`GET ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  }
}

async function answer(
  target: string,
  behaviour: Behaviour,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url: path = '', headers } = incoming;
  const body = (await buffer(incoming)).toString();
  const asked = { method, path, headers, body };
  const reply = await behaviour(asked, () => forward(target, asked));
  if (reply === undefined) return;
  const { 'transfer-encoding': _chunked, ...rest } = reply.headers;
  response
    .writeHead(reply.status, { ...rest, 'content-length': Buffer.byteLength(reply.body) })
    .end(reply.body);
}

function forward(target: string, { method, path, headers, body }: Request): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(target + path, { method, headers, agent: false }, (incoming) => {
      buffer(incoming).then(
        (received) =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: received.toString() }),
        reject,
      );
    });
    outgoing.on('error', reject).end(body);
  });
}

/** An answer that the proxy makes. */
export function reply(status: number, headers: IncomingHttpHeaders = {}, body: object = {}): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/**
 * Answers with the last success when the service refuses the same request: what a cache without invalidation does.
 * @param forMs how long after the first refusal; for ever by default
 */
export function replaying(path: string, forMs = Infinity): Behaviour {
  const successes = new Map<string, Reply>();
  const refusedAt = new Map<string, number>();
  return async (asked, pass) => {
    const received = await pass();
    if (!asked.path.startsWith(path)) return received;
    const key = JSON.stringify([asked.path, asked.headers.authorization, asked.body]);
    if (received.status === 200) successes.set(key, received);
    if (received.status === 200) return received;
    const since = refusedAt.get(key) ?? performance.now();
    refusedAt.set(key, since);
    return performance.now() - since < forMs ? (successes.get(key) ?? received) : received;
  };
}
