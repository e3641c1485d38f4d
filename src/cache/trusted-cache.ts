import { Inject, Injectable, Logger } from '@nestjs/common';
import { CACHE_STORE, type CacheStore, type Lease } from './cache-store.js';
import { Readiness } from '../redis/readiness.js';
import type { Permit } from '../standing/permit.js';
import { Standing } from '../standing/standing.js';
import { CacheUnavailableError, ignoreOutage } from '../redis/cache-unavailable.error.js';

const OUT_OF_MEMORY = /\bOOM\b/;

/**
 * The only way to the store. While the cache is not trusted or out of reach, reads answer nothing and writes do nothing: PostgreSQL
 * decides then. Only a deletion reports its failure, because an entry that stays may be wrong. Nobody waits for a write.
 */
@Injectable()
export class TrustedCache {
  private readonly logger = new Logger('Cache');

  constructor(
    @Inject(CACHE_STORE) private readonly store: CacheStore,
    private readonly readiness: Readiness,
    private readonly standing: Standing,
  ) {}

  /**
   * The entry's value, or `undefined` where PostgreSQL must be asked. Reads that begin in one turn of the event loop share a round
   * trip. The process may stall while it waits, so the permit must hold after the read, too.
   */
  async get(key: string, permit: Permit): Promise<unknown> {
    if (!this.isReadable(permit)) return undefined;
    const value = await this.store.get(key, permit).catch(ignoreOutage);
    return this.isReadable(permit) ? value : undefined;
  }

  /** Writes an entry that no change can make wrong. @param ttlMs life in milliseconds; nothing is written unless it is above 0 */
  set(key: string, value: unknown, ttlMs: number): void {
    if (ttlMs > 0 && this.isWritable) this.leave(this.store.set(key, value, ttlMs));
  }

  /** Asks leave to fill an entry, see {@link CacheStore.lease}. @returns `undefined` while nothing may be written */
  lease(key: string, ttlMs: number): Promise<Lease | undefined> | undefined {
    return this.isWritable ? this.noting(this.store.lease(key, ttlMs)).catch(ignoreOutage) : undefined;
  }

  /** Writes the entry if the lease is still valid. @param ttlMs as for {@link set} */
  fill(key: string, lease: Lease, value: unknown, ttlMs: number): void {
    if (ttlMs > 0 && this.isWritable) this.leave(this.store.fill(key, lease, value, ttlMs));
  }

  /** Deletes entries and their leases, trusted or not. @throws CacheUnavailableError when an entry may have stayed */
  async delete(keys: readonly string[]): Promise<void> {
    await this.store.delete(keys);
  }

  /** Deletes every entry with these prefixes, and its lease, trusted or not. @throws CacheUnavailableError when entries may have stayed */
  async clear(prefixes: readonly string[]): Promise<void> {
    await this.store.clear(prefixes);
  }

  private isReadable(permit: Permit): boolean {
    return this.readiness.isReady && permit.mayRead && this.standing.holds(permit);
  }

  private get isWritable(): boolean {
    return this.readiness.isReady && this.standing.permit().mayWrite;
  }

  private leave(writing: Promise<unknown>): void {
    this.noting(writing).catch((error: unknown) => {
      if (!(error instanceof CacheUnavailableError))
        this.logger.error(`An entry was not written: ${(error as Error).message}`);
    });
  }

  /** A full Redis that evicts nothing refuses each write, and looks well otherwise. */
  private noting<T>(writing: Promise<T>): Promise<T> {
    writing.then(
      () => this.readiness.setFull(false),
      (error: unknown) => OUT_OF_MEMORY.test(String(error)) && this.readiness.setFull(true),
    );
    return writing;
  }
}
