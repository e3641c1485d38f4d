import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, QueryFailedError } from 'typeorm';
import { NoPrimaryError } from '../common/database-errors.js';
import { AppConfig } from '../config/app-config.js';
import { ignoreOutage } from '../redis/cache-unavailable.error.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Standing } from '../standing/standing.js';
import { HistoryClaim, OUTAGE_PATIENCE_MS } from './history-claim.js';
import { InvalidationMetrics } from './invalidation-metrics.js';
import { readReplay } from './invalidation-log.js';
import { RedisServers, type RedisShard } from '../redis/redis-servers.js';
import { InstanceStores } from './instance-stores.js';
import { UserCacheService } from '../cache/user-cache.service.js';

const RETRY_MS = 100;
/** The longest time by which the clock of PostgreSQL may be late here: that of an answer. */
const CLOCK_LATENESS_MS = 1000;
/** Beyond an entry's life, for the time between a change and its commit. */
const WINDOW_MARGIN_SECONDS = 300;

/** Brings a cache up to date from the log before it is trusted. */
@Injectable()
export class ReplayService {
  /** How far a replay reaches back. */
  readonly windowSeconds: number;
  private readonly poolSize: number;
  private replayedHistory: string | undefined;

  constructor(
    private readonly users: UserCacheService,
    private readonly standing: Standing,
    private readonly clock: DatabaseClock,
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
    await this.replay(history, (userIds) => this.users.evictOn(shard, userIds));
    shard.applied(time);
    // A change whose row the replay lacks may be committed while the log is lost: then nobody reads it here.
    if (this.demandReading() !== history) throw new Error('PostgreSQL has another history meanwhile');
  }

  /** Checks and renews what {@link prepareRedis} claimed; called with each heartbeat. */
  async keepRedis(shard: RedisShard): Promise<void> {
    await this.history.renew(shard);
  }

  /**
   * Accepts no entry any more that was read by now: one may have stayed where it cannot be deleted.
   */
  outdateEntries(): void {
    this.standing.raiseFloor(this.clock.now() + CLOCK_LATENESS_MS);
  }

  /** Applies the log to whatever cache is connected, for a new connection to PostgreSQL; any later cache is prepared anew. */
  async replayFor(history: string): Promise<void> {
    this.standing.adopt(history);
    if (this.replayedHistory !== undefined && this.replayedHistory !== history)
      this.redis?.drop('PostgreSQL has another history');
    this.replayedHistory = history;
    await this.replay(history, (userIds) => this.users.evict(userIds)).catch(ignoreOutage);
  }

  private async replay(
    history: string,
    remove: (userIds: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const beganAt = performance.now();
    const replay = await readReplay((text, values) => this.query(text, values), this.windowSeconds);
    if (replay.history !== history)
      throw new Error('the pool is connected to another database than the follower');
    this.standing.raiseFloor(replay.floorMs);
    await remove(replay.userIds);
    this.metrics.replayed(beganAt);
  }

  /** Meanwhile a follower that has found another PostgreSQL can ask the server which history others follow. @throws as `demandReading` */
  private async awaitReading(): Promise<string> {
    const beganAt = performance.now();
    while (!this.standing.readsLog && performance.now() - beganAt < OUTAGE_PATIENCE_MS)
      await pause(RETRY_MS, undefined, { ref: false });
    return this.demandReading();
  }

  /** @returns the followed history @throws Error while this instance does not read every change */
  private demandReading(): string {
    const { history, readsLog, reason } = this.standing;
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
}
