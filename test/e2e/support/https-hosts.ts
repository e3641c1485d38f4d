import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { forgetResource, rememberResource } from '../../support/jest/suite-resources.js';
import { CertificateAuthority } from '../../support/tls/certificates.js';

/** What a browser got from the service. */
export interface ServedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly hadCookie: boolean;
  readonly setsCookie: boolean;
}

/** One HTTPS port for hosts of `*.test`: the service behind its proxy at one of them, and empty pages at all others. */
export class HttpsHosts {
  /** What the browser asked the service for. */
  readonly served: ServedRequest[] = [];
  /** The port of the service, by HTTP. */
  servicePort = 0;
  private readonly server: Server;

  private constructor(
    readonly serviceHost: string,
    private readonly authority: CertificateAuthority,
    certificate: { cert: string; key: string },
  ) {
    const [cert, key] = [readFileSync(certificate.cert), readFileSync(certificate.key)];
    this.server = createServer({ cert, key }, (incoming, answer) => {
      if (incoming.headers.host === new URL(this.origin(serviceHost)).host) this.forward(incoming, answer);
      else page(incoming, answer);
    });
  }

  static async start(serviceHost: string): Promise<HttpsHosts> {
    const authority = await CertificateAuthority.create();
    const hosts = new HttpsHosts(serviceHost, authority, await authority.issue('DNS:localhost'));
    await once(hosts.server.listen(0, '127.0.0.1'), 'listening');
    rememberResource(hosts, () => hosts.stop());
    return hosts;
  }

  origin(host: string): string {
    return `https://${host}:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    forgetResource(this);
    this.server.closeAllConnections();
    this.server.close();
    await this.authority.remove();
  }

  private forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method = '', url: path = '', headers } = incoming;
    const forwarded = {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': headers.host ?? '',
      'x-forwarded-for': '198.51.100.7',
    };
    const target = { host: '127.0.0.1', port: this.servicePort, method, path };
    const outgoing = request({ ...target, headers: { ...headers, ...forwarded } }, (received) => {
      const { statusCode: status = 0 } = received;
      const [hadCookie, setsCookie] = [headers.cookie !== undefined, 'set-cookie' in received.headers];
      this.served.push({ method, path, status, hadCookie, setsCookie });
      answer.writeHead(status, received.headers);
      received.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  }
}

/** An empty page; at `/toss?<Set-Cookie>`, one that sets a cookie. */
function page({ url = '' }: IncomingMessage, answer: ServerResponse): void {
  const cookie = url.startsWith('/toss?') ? decodeURIComponent(url.slice('/toss?'.length)) : undefined;
  if (cookie !== undefined) answer.setHeader('set-cookie', cookie);
  answer.setHeader('content-type', 'text/html').end('<!doctype html><title>page</title>');
}
