import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';
import express from 'express';
import { RawConnection } from '../../support/network/raw-http.js';

const ADMIN = /^\/admin(?:\/|$)/i;

/** How APIs find out whether a request is for their admin routes, by the path as it was sent. */
const READERS: Readonly<Record<string, (target: string) => string>> = {
  'fetch-style frameworks (new URL)': (target) => new URL(target, 'http://api').pathname,
  'a router that decodes and resolves': (target) => resolved(pathOf(target)),
  'a servlet that drops parameters': (target) => resolved(pathOf(target).replace(/;[^/]*/g, '')),
};

/** Kinds of APIs behind a gateway. Express is asked as it is. */
export class PathReaders {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<PathReaders> {
    const app = express();
    app.use('/admin', (_request, response) => void response.sendStatus(200));
    app.use((_request, response) => void response.sendStatus(404));
    const server = createServer(app);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new PathReaders(server);
  }

  /** The kinds that take a request with this target for one of an admin. */
  async whoReadsAdmin(target: string): Promise<string[]> {
    const kinds = Object.entries(READERS).filter(([, read]) => ADMIN.test(attempt(read, target)));
    return [...((await this.isForExpress(target)) ? ['Express'] : []), ...kinds.map(([kind]) => kind)];
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async isForExpress(target: string): Promise<boolean> {
    const connection = await RawConnection.open((this.server.address() as AddressInfo).port);
    connection.send(`GET ${target} HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n`);
    const [answer] = await connection.closed();
    return answer?.status === 200;
  }
}

/** Nothing for what an API of this kind refuses. */
function attempt(read: (target: string) => string, target: string): string {
  try {
    return read(target);
  } catch {
    return '';
  }
}

const pathOf = (target: string): string => target.replace(/^https?:\/\/[^/]*/i, '').replace(/[?#].*$/s, '');
const resolved = (path: string): string => posix.normalize(decodeURIComponent(path).replaceAll('\\', '/'));
