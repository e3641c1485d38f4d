import type { AutocannonRequest } from 'autocannon';
import { type BenchSession, type BenchUser, expectedBody } from '../population/bench-user.js';
import type { TokenSigner } from '../population/token-signer.js';

/** The requests that one connection sends, one after the other, and the check of each response. */
export interface ConnectionScript {
  requests: AutocannonRequest[];
  /** Called with each response body, in order. */
  verify: (body: string) => boolean;
}

export interface LoadScript {
  connections: ConnectionScript[];
  /** `true`: every request is sent once, then the load ends. `false`: each connection repeats its requests. */
  once: boolean;
}

/** A request that changes nothing, and its expected response body. */
export interface ReadRequest {
  /** `POST` with a body, else `GET`. */
  body?: string;
  path: string;
  headers: Record<string, string>;
  expected: string;
}

/**
 * One `GET path` per session, with the session's access token. The expected body shows the session's user.
 * @param fixedUser the user whom a route without authentication always returns
 */
export function readRequests(
  path: string,
  sessions: readonly BenchSession[],
  tokens: TokenSigner,
  fixedUser?: BenchUser,
): ReadRequest[] {
  return sessions.map((session) => ({
    path,
    headers: { authorization: `Bearer ${tokens.access(session)}` },
    expected: expectedBody(fixedUser ?? session.user),
  }));
}

/** Distributes requests over connections. With fewer requests than connections, some connections send all requests. */
export function readScript(requests: readonly ReadRequest[], connections: number, once: boolean): LoadScript {
  const count = once ? Math.min(connections, requests.length) : connections;
  const scripts = Array.from({ length: count }, (_, connection) => {
    const share = requests.filter((_request, index) => index % count === connection);
    return connectionScript(share.length > 0 ? share : requests);
  });
  return { connections: scripts, once };
}

function connectionScript(requests: readonly ReadRequest[]): ConnectionScript {
  let responses = 0;
  return {
    requests: requests.map(({ path, headers, body }) =>
      body === undefined ? { method: 'GET', path, headers } : { method: 'POST', path, headers, body },
    ),
    verify: (body) => body === requests[responses++ % requests.length]?.expected,
  };
}
