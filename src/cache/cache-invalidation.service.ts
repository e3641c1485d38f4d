import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { CacheUnavailableError } from './cache-store.js';
import { CacheTrust } from './cache-trust.js';
import { ignoreOutage } from './ignore-outage.js';
import { type Invalidation, InvalidationFeed } from './invalidation.js';
import { CHANGED_USERS, PRUNE_LOG } from './invalidation-log.js';
import { UserCacheService } from './user-cache.service.js';

/** Beyond an entry's life, for the time between a change and its commit, and for clocks that differ. */
const WINDOW_MARGIN_SECONDS = 300;

/** Well above the time that a notification takes. */
const NOTIFICATION_MS = 50;

/** Applies committed changes to the cache. */
@Injectable()
export class CacheInvalidationService {
  private readonly windowSeconds: number;

  constructor(
    private readonly users: UserCacheService,
    private readonly feed: InvalidationFeed,
    private readonly database: Database,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly trust: CacheTrust,
    private readonly config: AppConfig,
  ) {
    this.windowSeconds = config.cache.ttlSeconds + WINDOW_MARGIN_SECONDS;
  }

  /**
   * To be awaited between the commit of a change and the answer that tells of it: from then on no instance finds the old
   * state in the cache. With the cache out of reach it returns soon after the deadline; the log carries the change then.
   */
  async announce(changes: readonly Invalidation[]): Promise<void> {
    await this.vouch(changes.map((change) => change.user_id));
    // With a server the change comes back through the log, to this instance like to all others.
    if (this.database.isEmbedded) for (const change of changes) this.feed.next(change);
  }

  /** Removes what the changes made stale. A failure is not lost: it ends the trust in the cache until the next replay. */
  async apply(changes: readonly Invalidation[]): Promise<void> {
    await this.forget(changes.map((change) => change.user_id));
  }

  /**
   * Removes the entries of users before an answer that tells of an end. Whoever finds that somebody else has committed it
   * waits for this too: that one's removal may still be under way.
   */
  async vouch(userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0 || (await this.forget(userIds))) return;
    // Instances that have the cache hear of it by the log, in milliseconds; the answer leaves them that time.
    await new Promise((resolve) => setTimeout(resolve, NOTIFICATION_MS));
  }

  /** @returns whether the cache is rid of the entries; if not, it is not trusted until the next replay */
  private async forget(userIds: readonly string[]): Promise<boolean> {
    try {
      await this.users.invalidate(userIds);
      // Memory that is not trusted is not the cache: that may be in the memory of another instance.
      return this.config.cache.redis !== undefined || this.trust.isTrusted;
    } catch (error) {
      if (error instanceof CacheUnavailableError) return false;
      throw error;
    }
  }

  /**
   * Applies the whole window of the log again: whatever Redis lost or brought back, no entry older than a change in it
   * remains. The embedded database keeps no log, and its one process can forget all entries instead.
   * @throws Error when the log cannot be read or the cache cannot be written: then it must not be trusted
   */
  async replay(): Promise<void> {
    if (this.database.isEmbedded) {
      await this.users.clear();
      return;
    }
    const rows: { user_id: string }[] = await this.dataSource.query(CHANGED_USERS, [this.windowSeconds]);
    await this.users.invalidate(rows.map((row) => row.user_id));
  }

  /** The same where a cache is connected; where none is, its next connection replays in any case. */
  async replayIfConnected(): Promise<void> {
    await ignoreOutage(this.replay());
  }

  /** Removes rows that no replay needs any more, one batch a call. */
  async prune(): Promise<void> {
    await this.dataSource.query(PRUNE_LOG, [this.windowSeconds * 2]);
  }
}
