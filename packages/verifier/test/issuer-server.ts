import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { TestIssuer } from './test-issuer.js';

const POLL_STEP_MS = 10;

/** The issuer's side of the contract, behind a real HTTP server on a free port of 127.0.0.1. */
export class IssuerServer {
  issuer!: TestIssuer;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      this.handle(request, response).catch(() => response.destroy());
    });
  }

  /** @param publicUrl what the issuer calls itself, where a proxy stands before it */
  static async start(publicUrl?: (port: number) => Promise<string>): Promise<IssuerServer> {
    const started = new IssuerServer();
    started.server.listen(0, '127.0.0.1');
    await once(started.server, 'listening');
    const { port } = started.server.address() as AddressInfo;
    const url = (await publicUrl?.(port)) ?? `http://127.0.0.1:${port}`;
    started.issuer = await TestIssuer.at(url, () => Date.now() / 1000);
    return started;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedMs = performance.now();
    const body = await text(request);
    const path = request.url ?? '/';
    if (path.endsWith('/poll')) await this.untilDue(body, arrivedMs, request);
    const sinceArrivalMs = performance.now() - arrivedMs;
    const reply = await this.issuer.answer(path, request.headers.authorization, body, sinceArrivalMs);
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(reply.body));
  }

  private async untilDue(body: string, arrivedMs: number, request: IncomingMessage): Promise<void> {
    const { cursor, waitMs } = JSON.parse(body) as { cursor: string; waitMs: number };
    const isDue = () =>
      cursor === '' || this.issuer.hasRowsAfter(cursor) || performance.now() - arrivedMs >= waitMs;
    while (!isDue() && !request.destroyed) await sleep(POLL_STEP_MS);
  }
}
