import { type RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { ignoreOutage } from '../redis/cache-unavailable.error.js';
import { isDatabaseOutage } from '../common/database-errors.js';
import { RedisWaits } from '../common/redis-waits.js';
import type { Limit, Refusal } from './limit.js';
import type { CountName } from './count-name.js';
import type { PostgresCounts } from './postgres-counts.js';

/**
 * One limit that all instances share. PostgreSQL counts every attempt, so the limit is the same with Redis up, down or lost
 * (ADR 19). Redis counts first: while it is up, refused attempts do not reach PostgreSQL. A request that has waited for Redis for too
 * long does not wait for its counts; they are written all the same.
 */
export class Limiter {
  constructor(
    private readonly limit: Limit,
    private readonly redis: RateLimiterRedis | undefined,
    private readonly postgres: PostgresCounts,
    private readonly waitLimitMs: number,
    private readonly nameOf: CountName,
  ) {}

  /**
   * Counts one attempt. Call it before the attempt is made, so that parallel ones are limited too.
   * @param waits of the request, as for the other methods
   * @returns the refusal, or `undefined` when the attempt may be made
   * @throws Error of the database driver; then the attempt must not be made
   */
  async take(key: string, waits = new RedisWaits()): Promise<Refusal | undefined> {
    const name = this.nameOf(key);
    try {
      await this.onRedis((counts) => counts.consume(name), waits);
      await this.postgres.consume(name);
      return undefined;
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) {
        await this.onRedis((counts) => counts.reward(name), waits);
        throw error;
      }
      return { limit: this.limit, retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1000)) };
    }
  }

  /** Takes an attempt out of the count that should not count. During an outage it stays counted. */
  async giveBack(key: string, waits = new RedisWaits()): Promise<void> {
    const name = this.nameOf(key);
    await Promise.all([
      this.onRedis((counts) => counts.reward(name), waits),
      this.postgres.reward(name).catch(ignoreDatabaseOutage),
    ]);
  }

  /** Forgets the attempts. During an outage they stay counted. */
  async clear(key: string, waits = new RedisWaits()): Promise<void> {
    const name = this.nameOf(key);
    await Promise.all([
      this.onRedis((counts) => counts.delete(name), waits),
      this.postgres.delete(name).catch(ignoreDatabaseOutage),
    ]);
  }

  private async onRedis(
    change: (counts: RateLimiterRedis) => Promise<unknown>,
    waits: RedisWaits,
  ): Promise<void> {
    if (this.redis !== undefined) await waits.wait(change(this.redis).catch(ignoreOutage), this.waitLimitMs);
  }
}

function ignoreDatabaseOutage(error: unknown): void {
  if (!isDatabaseOutage(error)) throw error;
}
