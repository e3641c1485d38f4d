import type { AutocannonRequest } from 'autocannon';
import type { ConnectionScript } from '../load/script.js';

export interface Tokens {
  access: string;
  refresh: string;
}

/** One connection's talk with the server, in which what is sent depends on what came back. */
export class Exchange {
  private isRight = true;
  readonly requests: AutocannonRequest[] = [];

  get script(): ConnectionScript {
    return { requests: this.requests, verify: () => this.isRight };
  }

  /** Adds a request for tokens, made up when it is sent. */
  forTokens(path: string, body: () => object, take: (tokens: Tokens) => void): this {
    return this.add(
      'POST',
      path,
      () => ({ body: JSON.stringify(body()) }),
      (text) => {
        const answer = JSON.parse(text) as { access_token?: string; refresh_token?: string };
        if (answer.access_token === undefined || answer.refresh_token === undefined) return false;
        take({ access: answer.access_token, refresh: answer.refresh_token });
        return true;
      },
    );
  }

  /** Adds a request with an access token, whose answer must be this very body. */
  withToken(method: 'GET' | 'POST', path: string, token: () => string, expected: () => string): this {
    return this.add(
      method,
      path,
      () => ({ headers: { authorization: `Bearer ${token()}` } }),
      (text) => text === expected(),
    );
  }

  private add(
    method: string,
    path: string,
    prepared: () => Pick<AutocannonRequest, 'headers' | 'body'>,
    isRight: (body: string) => boolean,
  ): this {
    this.requests.push({
      method,
      path,
      setupRequest: (request) => {
        const { headers, body } = prepared();
        const type = body === undefined ? undefined : { 'content-type': 'application/json' };
        return { ...request, headers: { ...headers, ...type }, body };
      },
      // Called before the body is verified.
      onResponse: (status, text) => (this.isRight = status === 200 && isRight(text)),
    });
    return this;
  }
}
