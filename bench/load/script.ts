import type { AutocannonRequest } from 'autocannon';
import { bodyOf, type Person } from '../population/person.js';
import type { Seat } from '../population/population.js';
import type { TokenPress } from '../population/token-press.js';

/** What one connection sends, one request after the other, and how each answer is checked. */
export interface ConnectionScript {
  requests: AutocannonRequest[];
  /** Called with each answer's body, in order. */
  verify: (body: string) => boolean;
}

export interface LoadScript {
  connections: ConnectionScript[];
  /** Every request is sent once, and the load ends with the last; otherwise the connections start over. */
  once: boolean;
}

/** A `GET` and the one right answer. */
export interface ReadRequest {
  path: string;
  headers: Record<string, string>;
  expected: string;
}

/**
 * `GET path` with the access token of each seat, to be answered with the body of that seat's person.
 * @param always the person whom the answer is about in any case, where the route knows no token
 */
export function readRequests(
  path: string,
  seats: readonly Seat[],
  tokens: TokenPress,
  always?: Person,
): ReadRequest[] {
  return seats.map(({ person, session, issue }) => ({
    path,
    headers: { authorization: `Bearer ${tokens.access(person, session, issue)}` },
    expected: bodyOf(always ?? person),
  }));
}

/** Deals requests to connections; where there are fewer requests than connections, all send the same ones. */
export function inLanes(requests: readonly ReadRequest[], connections: number, once: boolean): LoadScript {
  const count = once ? Math.min(connections, requests.length) : connections;
  const lanes = Array.from({ length: count }, (_, lane) => {
    const mine = requests.filter((_request, index) => index % count === lane);
    return laneOf(mine.length > 0 ? mine : requests);
  });
  return { connections: lanes, once };
}

function laneOf(requests: readonly ReadRequest[]): ConnectionScript {
  let answers = 0;
  return {
    requests: requests.map(({ path, headers }) => ({ method: 'GET', path, headers })),
    verify: (body) => body === requests[answers++ % requests.length]?.expected,
  };
}
