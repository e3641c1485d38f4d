import { MemoryCacheStore } from '../../src/cache/memory-cache.store.js';
import { itKeepsTheCacheStoreContract } from './cache-store.contract.js';

describe('MemoryCacheStore', () => {
  itKeepsTheCacheStoreContract(async () => {
    const store = new MemoryCacheStore();
    const empty = async () => {
      await store.clear(['']);
    };
    return { store, empty, close: async () => undefined };
  });
});
