import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../common/principal.js';
import { AppConfig } from '../config/app-config.js';
import { CACHE_STORE, type CacheStore, type Lease } from './cache-store.js';
import { CacheTrust } from './cache-trust.js';
import { ignoreOutage } from './ignore-outage.js';

export const USER_PREFIX = 'user:';
/** Longest time between a lease and its fill: the database answers within its own time limit or not at all. */
const LEASE_MS = 10_000;

/** A user and the ids of the sessions that are live, as of one read of the database. */
export interface CachedUser extends Omit<Principal, 'sessionId' | 'tokenId' | 'tokenExpiresAt'> {
  readonly sessions: readonly string[];
}

/** Users and their live sessions by user id: a proof of *yes*. Whatever is not in it must be asked of PostgreSQL. */
@Injectable()
export class UserCacheService {
  private readonly ttlMs: number;

  constructor(
    @Inject(CACHE_STORE) private readonly store: CacheStore,
    private readonly trust: CacheTrust,
    config: AppConfig,
  ) {
    this.ttlMs = config.cache.ttlSeconds * 1000;
  }

  /** The entry that holds the user. */
  keyOf(userId: string): string {
    return USER_PREFIX + userId;
  }

  /** The user whom an entry holds, or `undefined` for no entry or one that cannot be read. */
  userIn(entry: unknown): CachedUser | undefined {
    const user = entry as CachedUser | undefined;
    return Array.isArray(user?.sessions) ? user : undefined;
  }

  /**
   * Reads the user by `read` and keeps the answer, unless an invalidation came in between. The cache being out of reach
   * changes nothing about the answer.
   */
  async load(userId: string, read: () => Promise<CachedUser | undefined>): Promise<CachedUser | undefined> {
    const key = this.keyOf(userId);
    const lease = await this.leaseOf(key);
    const user = await read();
    if (user && lease !== undefined && this.trust.isTrusted) {
      // Without it the next request asks the database again.
      await ignoreOutage(this.store.fill(key, lease, user, this.ttlMs));
    }
    return user;
  }

  /** @throws CacheUnavailableError when an entry may have stayed */
  async invalidate(userIds: readonly string[]): Promise<void> {
    await this.store.invalidate([...new Set(userIds)].map((id) => this.keyOf(id)));
  }

  /** Forgets every user; answers how many there were. Walks the whole store. */
  async clear(): Promise<number> {
    return this.store.clear([USER_PREFIX]);
  }

  private async leaseOf(key: string): Promise<Lease | undefined> {
    return this.trust.isTrusted ? ignoreOutage(this.store.lease(key, LEASE_MS)) : undefined;
  }
}
