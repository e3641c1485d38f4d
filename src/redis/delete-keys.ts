import type { RedisConnection } from './redis-connection.js';

const BATCH = 1000;

/**
 * Deletes keys. A deletion that did not reach Redis leaves a stale entry there, so the connection ends: no entry is accepted until the log
 * was replayed on a new one.
 * @throws CacheUnavailableError
 */
export async function deleteKeys(connection: RedisConnection, keys: readonly string[]): Promise<void> {
  try {
    for (let from = 0; from < keys.length; from += BATCH) {
      const batch = keys.slice(from, from + BATCH);
      await connection.run(({ client }) => client.del(batch));
    }
  } catch (error) {
    connection.drop(`an invalidation failed: ${(error as Error).message}`);
    throw error;
  }
}
