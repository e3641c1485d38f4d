import type { Permit } from '../standing/permit.js';

/** Leave to fill one entry: valid until the entry is invalidated, evicted, lost, or leased again. */
export type Lease = string;

/** What a store reports of itself, for people. */
export interface CacheServerInfo {
  redis_version?: string;
  /** Absent: Redis. */
  server_name?: string;
  valkey_version?: string;
  uptime_seconds?: number;
  memory_used: string;
  /** What a server apart takes; a store in this process has none. */
  memory_used_bytes?: number;
  maxmemory_policy?: string;
  /** 0 for no limit. */
  maxmemory_bytes?: number;
}

/**
 * Where cache entries live. A missing entry means nothing: PostgreSQL must be asked.
 *
 * Every method rejects with `CacheUnavailableError` when the store is out of reach, too slow or refuses to write; no
 * method swallows an outage. Contract: `test/contracts/cache-store.contract.ts`, run on every adapter.
 */
export interface CacheStore {
  /**
   * The entry's value, or `undefined`. Reads that begin in one turn of the event loop share a round trip.
   * @param permit of the reader. A limited one must stand in the store's own time, too
   */
  get(key: string, permit: Permit): Promise<unknown>;

  /** Writes an entry that no change can make wrong, such as a revocation. @param ttlMs life in milliseconds, above 0 */
  set(key: string, value: unknown, ttlMs: number): Promise<void>;

  /**
   * Asks leave to fill an entry. Take it *before* reading the value from the database.
   * @param ttlMs how long the read may take, in milliseconds
   */
  lease(key: string, ttlMs: number): Promise<Lease>;

  /**
   * Writes the entry in one atomic step if the lease still stands: a fill whose read began before an invalidation
   * never lands after it. Answers whether it was written.
   */
  fill(key: string, lease: Lease, value: unknown, ttlMs: number): Promise<boolean>;

  /** Removes entries and voids their leases. Removing what is not there is no error. */
  delete(keys: readonly string[]): Promise<void>;

  /** How many entries begin with each prefix; an estimate, within a few percent, where there are very many. */
  count(prefixes: readonly string[]): Promise<number[]>;

  /** Removes every entry and lease with these prefixes; answers how many entries there were. Walks the whole store. */
  clear(prefixes: readonly string[]): Promise<number>;

  info(): Promise<CacheServerInfo>;
}

export const CACHE_STORE = Symbol('CacheStore');
