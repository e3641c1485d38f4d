import { type RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { ignoreOutage } from '../cache/cache-unavailable.error.js';
import { isDatabaseOutage } from '../common/database-errors.js';
import type { Limit, Refusal } from './limit.js';
import type { PostgresCounts } from './postgres-counts.js';

/**
 * One limit that all instances share. PostgreSQL counts every attempt, so the limit is the same with Redis up, down or lost
 * (ADR 19). Redis counts first: while it is up, refused attempts do not reach PostgreSQL.
 */
export class Limiter {
  constructor(
    private readonly limit: Limit,
    private readonly redis: RateLimiterRedis | undefined,
    private readonly postgres: PostgresCounts,
  ) {}

  /**
   * Counts one attempt. Call it before the attempt is made, so that parallel ones are limited too.
   * @returns the refusal, or `undefined` when the attempt may be made
   * @throws Error of the database driver; then the attempt must not be made
   */
  async take(key: string): Promise<Refusal | undefined> {
    try {
      await this.redis?.consume(key).catch(ignoreOutage);
      await this.postgres.consume(key);
      return undefined;
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) {
        await this.redis?.reward(key).catch(ignoreOutage);
        throw error;
      }
      return { limit: this.limit, retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1000)) };
    }
  }

  /** Takes an attempt out of the count that should not count. During an outage it stays counted. */
  async giveBack(key: string): Promise<void> {
    await Promise.all([
      this.redis?.reward(key).catch(ignoreOutage),
      this.postgres.reward(key).catch(ignoreDatabaseOutage),
    ]);
  }

  /** Forgets the attempts. During an outage they stay counted. */
  async clear(key: string): Promise<void> {
    await Promise.all([
      this.redis?.delete(key).catch(ignoreOutage),
      this.postgres.delete(key).catch(ignoreDatabaseOutage),
    ]);
  }
}

function ignoreDatabaseOutage(error: unknown): void {
  if (!isDatabaseOutage(error)) throw error;
}
