import { Injectable } from '@nestjs/common';
import type { Account } from '../common/principal.js';
import { RedisWaits } from '../common/redis-waits.js';
import { AppConfig } from '../config/app-config.js';
import { DatabaseClock } from '../database/database-clock.js';
import type { Lease } from './cache-store.js';
import type { RedisShard } from '../redis/redis-servers.js';
import type { Permit } from '../standing/permit.js';
import { Standing } from '../standing/standing.js';
import { USER_PREFIX, withLeases } from './entry-keys.js';
import { TrustedCache } from './trusted-cache.js';

/** Longest time between a lease and its fill: the database answers within its own time limit or not at all. */
const LEASE_MS = 10_000;
/** Counted up whenever an entry gets another shape: during an update two versions of the application share the cache. */
const ENTRY_VERSION = 3;

/** An account and the ids of the sessions that are live, as of one read of the database. */
export interface CachedUser extends Account {
  readonly sessions: readonly string[];
}

/** What the database answers: the history and the database's time of the read, milliseconds since the epoch. */
export interface UserRead {
  /** `undefined` when there is no such user. */
  readonly user: CachedUser | undefined;
  readonly history: string | undefined;
  readonly readAt: number;
  /** When the first of the sessions expires; `Infinity` for no session. */
  readonly expiresAt: number;
}

/** A user with the version of the shape, the history and the time of the read: short names, there are many entries. */
interface UserEntry extends CachedUser {
  readonly v: number;
  readonly h: string;
  readonly t: number;
}

/** Users and their live sessions by user id: a proof of *yes*. Whatever is not in it must be asked of PostgreSQL. */
@Injectable()
export class UserCacheService {
  private readonly ttlMs: number;
  private readonly waitLimitMs: number;

  constructor(
    private readonly cache: TrustedCache,
    private readonly standing: Standing,
    private readonly clock: DatabaseClock,
    config: AppConfig,
  ) {
    this.ttlMs = config.cache.ttlSeconds * 1000;
    this.waitLimitMs = config.cache.deadlineMs;
  }

  /** The user whom the cache holds, or `undefined` where PostgreSQL must be asked. */
  async get(userId: string, permit: Permit): Promise<CachedUser | undefined> {
    return this.accept(await this.cache.get(USER_PREFIX + userId, permit), permit);
  }

  /**
   * Reads the user by `read` and keeps the answer, unless an invalidation came in between. The cache being out of reach
   * changes nothing about the answer. A request that may not wait for Redis any more reads without a lease, and keeps nothing.
   * @param waits of the request
   */
  async load(userId: string, read: () => Promise<UserRead>, waits = new RedisWaits()): Promise<UserRead> {
    const key = USER_PREFIX + userId;
    const lease = await this.lease(key, waits);
    const answer = await read();
    if (lease !== undefined) this.fill(key, lease, answer);
    return answer;
  }

  /** @throws CacheUnavailableError when an entry may have stayed */
  async evict(userIds: readonly string[]): Promise<void> {
    await this.cache.delete(keysOf(userIds));
  }

  /** The same on one server, whose log is being replayed. @throws CacheUnavailableError */
  async evictOn(shard: RedisShard, userIds: readonly string[]): Promise<void> {
    await shard.delete(withLeases(keysOf(userIds)));
  }

  /** Deletes the entries of all users. It walks the whole cache. @throws CacheUnavailableError when entries may have stayed */
  async evictAll(): Promise<void> {
    await this.cache.clear([USER_PREFIX]);
  }

  /** An entry of another version or history, one that is too old and one that cannot be read count as missing. */
  private accept(entry: unknown, permit: Permit): CachedUser | undefined {
    const user = entry as UserEntry | undefined;
    if (user?.v !== ENTRY_VERSION || !Array.isArray(user.sessions)) return undefined;
    if (user.h !== permit.history || user.t < permit.floorMs) return undefined;
    return user.t > this.clock.now() - this.ttlMs ? user : undefined;
  }

  private async lease(key: string, waits: RedisWaits): Promise<Lease | undefined> {
    if (waits.isSpent(this.waitLimitMs)) return undefined;
    const asked = this.cache.lease(key, LEASE_MS);
    return asked && waits.wait(asked, this.waitLimitMs);
  }

  /** Where nothing is written, the next request asks the database again. */
  private fill(key: string, lease: Lease, answer: UserRead): void {
    const { user, history, readAt, expiresAt } = answer;
    if (user === undefined || history === undefined || history !== this.standing.history) return;
    const entry: UserEntry = { v: ENTRY_VERSION, h: history, t: readAt, ...user };
    this.cache.fill(key, lease, entry, Math.min(this.ttlMs, expiresAt - readAt));
  }
}

const keysOf = (userIds: readonly string[]): string[] => [...new Set(userIds)].map((id) => USER_PREFIX + id);
