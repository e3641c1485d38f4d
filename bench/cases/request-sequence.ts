import type { AutocannonRequest } from 'autocannon';
import type { ConnectionScript } from '../load/script.js';

export interface Tokens {
  access: string;
  refresh: string;
}

/** The requests of one connection, where a request may use tokens from an earlier response. */
export class RequestSequence {
  private isExpected = true;
  readonly requests: AutocannonRequest[] = [];

  get script(): ConnectionScript {
    return { requests: this.requests, verify: () => this.isExpected };
  }

  /** Adds a request whose response contains tokens. `body` is called when the request is sent. */
  addTokenRequest(path: string, body: () => object, onTokens: (tokens: Tokens) => void): this {
    return this.add(
      'POST',
      path,
      () => ({ body: JSON.stringify(body()) }),
      (text) => {
        const { access_token: access, refresh_token: refresh } = JSON.parse(text) as Record<string, string>;
        if (access === undefined || refresh === undefined) return false;
        onTokens({ access, refresh });
        return true;
      },
    );
  }

  /** Adds a request with an access token. Its response body must equal `expected`. */
  addAuthorized(method: 'GET' | 'POST', path: string, token: () => string, expected: string): this {
    return this.add(
      method,
      path,
      () => ({ headers: { authorization: `Bearer ${token()}` } }),
      (text) => text === expected,
    );
  }

  private add(
    method: string,
    path: string,
    build: () => Pick<AutocannonRequest, 'headers' | 'body'>,
    isExpected: (body: string) => boolean,
  ): this {
    this.requests.push({
      method,
      path,
      setupRequest: (request) => {
        const { headers, body } = build();
        const type = body === undefined ? undefined : { 'content-type': 'application/json' };
        return { ...request, headers: { ...headers, ...type }, body };
      },
      // autocannon calls onResponse before it verifies the body.
      onResponse: (status, text) => (this.isExpected = status === 200 && isExpected(text)),
    });
    return this;
  }
}
