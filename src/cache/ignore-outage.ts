import { CacheUnavailableError } from './cache-store.js';

/**
 * For what is a favour of the cache, such as a fill: the answer, or `undefined` when the cache is out of reach. Any other
 * error is thrown.
 */
export async function ignoreOutage<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof CacheUnavailableError) return undefined;
    throw error;
  }
}
