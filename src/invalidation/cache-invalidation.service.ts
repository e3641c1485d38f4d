import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, QueryFailedError } from 'typeorm';
import { NoPrimaryError } from '../common/database-errors.js';
import { AppConfig } from '../config/app-config.js';
import { CacheUnavailableError, ignoreOutage } from '../cache/cache-unavailable.error.js';
import { ACCEPTANCE_ENDED_MS, Following } from '../cache/following.js';
import { HistoryClaim, OUTAGE_PATIENCE_MS } from './history-claim.js';
import type { Change } from './change-feed.js';
import { ChangePublisher } from './change-publisher.js';
import { InvalidationMetrics } from './invalidation-metrics.js';
import { readReplay } from './invalidation-log.js';
import { RedisServers, type RedisShard } from '../cache/redis-servers.js';
import { InstanceStores } from './instance-stores.js';
import { USER_PREFIX, UserCacheService } from '../cache/user-cache.service.js';

const RETRY_MS = 100;
/** Beyond an entry's life, for the time between a change and its commit. */
const WINDOW_MARGIN_SECONDS = 300;

/** Applies committed changes to the cache. */
@Injectable()
export class CacheInvalidationService {
  /** How far a replay reaches back. */
  readonly windowSeconds: number;
  private readonly poolSize: number;
  private replayedHistory: string | undefined;

  constructor(
    private readonly users: UserCacheService,
    private readonly publisher: ChangePublisher,
    private readonly following: Following,
    private readonly history: HistoryClaim,
    private readonly stores: InstanceStores,
    @InjectDataSource() private readonly dataSource: DataSource,
    @Optional() @Inject(RedisServers) private readonly redis: RedisServers | undefined,
    private readonly metrics: InvalidationMetrics,
    config: AppConfig,
  ) {
    this.windowSeconds = config.cache.ttlSeconds + WINDOW_MARGIN_SECONDS;
    this.poolSize = config.database.poolSize;
  }

  /**
   * To be awaited between the commit of a change and its answer: from then on no instance accepts the old state. Where the entries
   * cannot be deleted, it resolves 1.1 s after the commit: by then no instance accepts an entry without having read the change.
   */
  async committed(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    this.publisher.committed(changes);
    await this.settle(changes.map((change) => change.user_id));
    this.publisher.settled(changes);
  }

  /**
   * The same for what instances keep in their own memory. Nobody else can delete that, so it resolves 1.1 s after the commit: by then
   * no instance accepts it without having read the change.
   */
  async outlast(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    this.publisher.committed(changes);
    await pause(ACCEPTANCE_ENDED_MS);
    this.publisher.settled(changes);
  }

  /** The same for a change that another request committed: its entries may not be deleted yet. */
  async settle(userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    const beganAt = performance.now();
    const remove = () => this.tryRemove(userIds);
    while (!(await this.stores.isOnlyStoreFor(remove)) && performance.now() - beganAt < ACCEPTANCE_ENDED_MS)
      await pause(RETRY_MS);
  }

  /** Deletes entries. A failure is not lost: it ends the trust in the cache until the next replay. */
  async remove(userIds: readonly string[]): Promise<void> {
    await this.users.invalidate(userIds).catch(ignoreOutage);
  }

  /**
   * Prepares a new connection to a Redis server: names it to the other instances, claims the history and applies the log of one entry's life. Whatever Redis lost or brought
   * back, no entry older than a change in it is accepted. The embedded database stores no positions of its log, so there no older
   * entry is accepted at all.
   * @throws Error when the log cannot be read or the cache cannot be written: then the cache must not be trusted
   */
  async prepareRedis(shard: RedisShard): Promise<void> {
    const history = await this.awaitReading();
    await this.stores.announce();
    await this.history.take(shard);
    const time = await shard.time();
    await this.replay(history, (userIds) => shard.delete(userIds.map((id) => USER_PREFIX + id)));
    shard.applied(time);
    // A change whose row the replay lacks may be committed while the log is lost: then nobody reads it here.
    if (this.demandReading() !== history) throw new Error('PostgreSQL has another history meanwhile');
  }

  /** Checks and renews what {@link prepareRedis} claimed; called with each heartbeat. */
  async keepRedis(shard: RedisShard): Promise<void> {
    await this.history.renew(shard);
  }

  /** Applies the log to whatever cache is connected, for a new connection to PostgreSQL; any later cache is prepared anew. */
  async replayFor(history: string): Promise<void> {
    this.following.adopt(history);
    if (this.replayedHistory !== undefined && this.replayedHistory !== history)
      this.redis?.drop('PostgreSQL has another history');
    this.replayedHistory = history;
    await this.replay(history, (userIds) => this.users.invalidate(userIds)).catch(ignoreOutage);
  }

  private async replay(
    history: string,
    remove: (userIds: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const beganAt = performance.now();
    const replay = await readReplay((text, values) => this.query(text, values), this.windowSeconds);
    if (replay.history !== history)
      throw new Error('the pool is connected to another database than the follower');
    this.following.raiseFloor(replay.floorMs);
    await remove(replay.userIds);
    this.metrics.replayed(beganAt);
  }

  /** Meanwhile a follower that has found another PostgreSQL can ask the server which history others follow. @throws as `demandReading` */
  private async awaitReading(): Promise<string> {
    const beganAt = performance.now();
    while (!this.following.readsLog && performance.now() - beganAt < OUTAGE_PATIENCE_MS)
      await pause(RETRY_MS, undefined, { ref: false });
    return this.demandReading();
  }

  /** @returns the followed history @throws Error while this instance does not read every change */
  private demandReading(): string {
    const { history, readsLog, reason } = this.following;
    if (history === undefined || !readsLog) throw new Error(reason);
    return history;
  }

  /** Connections to another history leave the pool as they are used, so each may fail one attempt. */
  private async query(text: string, values: unknown[]): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.dataSource.query(text, values);
      } catch (error) {
        if (!((error as QueryFailedError).driverError instanceof NoPrimaryError) || attempt > this.poolSize)
          throw error;
      }
    }
  }

  /** @returns whether the entries are deleted from the store of this instance */
  private async tryRemove(userIds: readonly string[]): Promise<boolean> {
    try {
      await this.users.invalidate(userIds);
      return true;
    } catch (error) {
      if (error instanceof CacheUnavailableError) return false;
      throw error;
    }
  }
}
