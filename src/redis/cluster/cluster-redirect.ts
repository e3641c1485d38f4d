import type { RedisEndpoint } from '../../config/redis-url.js';
import type { RedisClient } from '../redis-connection.js';

/** A node's answer that another one has the slot (`MOVED`), or has the key while the slot moves (`ASK`). */
export interface ClusterRedirect {
  readonly kind: 'MOVED' | 'ASK';
  readonly slot: number;
  /** An empty host is that of the node which answered. */
  readonly endpoint: RedisEndpoint;
}

/** The redirect that an error of Redis is; `undefined` for any other error. */
export function redirectOf(error: unknown): ClusterRedirect | undefined {
  const match = /^(MOVED|ASK) (\d+) (.*):(\d+)$/.exec(error instanceof Error ? error.message : '');
  if (!match) return undefined;
  const [, kind, slot, host = '', port] = match;
  return {
    kind: kind as ClusterRedirect['kind'],
    slot: Number(slot),
    endpoint: { host, port: Number(port) },
  };
}

/**
 * Deletes keys, one command for each: a command for several fails while their slot moves.
 * @returns the keys that the server sends to another one, with where they are
 * @throws Error of the server for any other failure
 */
export async function deleteEach(
  client: RedisClient,
  keys: readonly string[],
): Promise<[string, ClusterRedirect][]> {
  const redirected: [string, ClusterRedirect][] = [];
  const remove = (key: string) =>
    client.del(key).catch((error: unknown) => {
      const redirect = redirectOf(error);
      if (redirect === undefined) throw error;
      redirected.push([key, redirect]);
    });
  await Promise.all(keys.map(remove));
  return redirected;
}
