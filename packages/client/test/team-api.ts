import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { rememberResource } from '../../../test/support/jest/suite-resources.js';

export type Received = { path: string; authorization: string | undefined; body: string };

/** An API of the team: asks the service about each token, and answers a refusal as {@link refusal} says. */
export class TeamApi {
  readonly received: Received[] = [];
  /** Answers instead of the service's own answer about the token. */
  refusal: (answer: Response, response: ServerResponse) => Promise<void> = forward;

  /** Whether it accepts what the service answered about a token. */
  accepts = (answer: Response): boolean => answer.ok;

  private constructor(
    private readonly server: Server,
    private readonly serviceUrl: string,
  ) {
    rememberResource(this, async () => {
      server.closeAllConnections();
      server.close();
    });
  }

  static async start(serviceUrl: string): Promise<TeamApi> {
    const server = createServer((request, response) => void api.answer(request, response));
    const api = new TeamApi(server, serviceUrl);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return api;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** `/to/<address>` redirects there; any other path is protected, and answers with the body of the request. */
  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '', headers } = request;
    const body = await text(request);
    this.received.push({ path, authorization: headers.authorization, body });
    if (path.startsWith('/to/')) {
      response.writeHead(307, { location: path.slice('/to/'.length) }).end();
      return;
    }
    const { authorization = '' } = headers;
    const answer = await fetch(`${this.serviceUrl}/api/v1/users/me`, { headers: { authorization } });
    if (this.accepts(answer)) response.end(body);
    else await this.refusal(answer, response);
  }
}

async function forward(answer: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answer.status, { 'content-type': 'application/problem+json' }).end(await answer.text());
}
