import type { CacheStore } from '../../src/cache/cache-store.js';

/** The value of one entry, or `undefined`. */
export async function get(store: CacheStore, key: string): Promise<unknown> {
  return (await store.getAll([key]))[0];
}
