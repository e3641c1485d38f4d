import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CacheServerInfo, CacheStore, Lease } from './cache-store.js';

const MAX_ENTRIES = 100_000;
const MAX_LEASES = 10_000;

/** The store of a single process without Redis. Values are kept as JSON text, so that no caller shares an object. */
export class MemoryCacheStore implements CacheStore {
  private readonly entries = new LRUCache<string, string>({ max: MAX_ENTRIES });
  private readonly leases = new LRUCache<string, Lease>({ max: MAX_LEASES });

  async get(key: string): Promise<unknown> {
    const text = this.entries.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }

  async set(key: string, value: unknown, ttlMs: number): Promise<void> {
    this.entries.set(key, JSON.stringify(value), { ttl: ttlMs });
  }

  async lease(key: string, ttlMs: number): Promise<Lease> {
    const lease = randomUUID();
    this.leases.set(key, lease, { ttl: ttlMs });
    return lease;
  }

  async fill(key: string, lease: Lease, value: unknown, ttlMs: number): Promise<boolean> {
    if (this.leases.get(key) !== lease) return false;
    this.leases.delete(key);
    await this.set(key, value, ttlMs);
    return true;
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.leases.delete(key);
      this.entries.delete(key);
    }
  }

  async count(prefixes: readonly string[]): Promise<number[]> {
    this.entries.purgeStale();
    const keys = [...this.entries.keys()];
    return prefixes.map((prefix) => keys.filter((key) => key.startsWith(prefix)).length);
  }

  async clear(prefixes: readonly string[]): Promise<number> {
    const has = (key: string) => prefixes.some((prefix) => key.startsWith(prefix));
    const entries = [...this.entries.keys()].filter(has);
    await this.delete([...entries, ...[...this.leases.keys()].filter(has)]);
    return entries.length;
  }

  async info(): Promise<CacheServerInfo> {
    return { memory_used: `${(process.memoryUsage().heapUsed / 1048576).toFixed(2)}M` };
  }
}
