import { Inject, Injectable, Optional } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { RedisServers } from '../redis/redis-servers.js';
import { HotStatements, type Run } from '../database/hot-statements.js';
import { newCounter } from '../common/metrics.js';
import { RedisWaits } from '../common/redis-waits.js';
import { ProblemError } from '../http/problem.error.js';
import { type CountName, countNames } from './count-name.js';
import { type Limit, type Refusal, refusalHeaders, WINDOW_SECONDS } from './limit.js';
import { Limiter } from './limiter.js';
import { COUNT, type CountRow, PostgresCounts } from './postgres-counts.js';
import { redisCounts } from './redis-counts.js';

/** Makes limiters on the services that this instance has. */
@Injectable()
export class Limiters {
  private readonly refusals = newCounter(
    'ergodrive_rate_limit_refusals_total',
    'Attempts that were refused, by the limit that they exceeded',
    ['limit'],
  );

  private readonly nameOf: CountName;

  constructor(
    private readonly statements: HotStatements,
    @Optional() @Inject(RedisServers) private readonly redis: RedisServers | undefined,
    private readonly config: AppConfig,
  ) {
    this.nameOf = countNames(config.tokens.key);
  }

  for(limit: Limit): Limiter {
    const redis = this.redis && redisCounts(this.redis, limit);
    return new Limiter(
      limit,
      redis,
      new PostgresCounts(this.statements, limit),
      this.config.cache.deadlineMs,
      this.nameOf,
    );
  }

  /** Counts an attempt, unless limits are off. @param waits of the request @throws ProblemError 429 with this detail */
  async demand(limiter: Limiter, key: string, waits = new RedisWaits(), detail?: string): Promise<void> {
    const refusal = this.config.rateLimitEnabled ? await limiter.take(key, waits) : undefined;
    if (refusal !== undefined) this.refuse(refusal, detail);
  }

  /**
   * Counts an attempt within a transaction, on PostgreSQL alone: the count is undone with it, and it needs no second connection.
   * @returns whether the attempt may be made, as it always may while limits are off
   */
  async takeWithin(run: Run, { name, attempts }: Limit, key: string): Promise<boolean> {
    if (!this.config.rateLimitEnabled) return true;
    const [row] = await run<CountRow>(COUNT, [`${name}:${this.nameOf(key)}`, WINDOW_SECONDS, attempts]);
    const isWithin = row !== undefined && row.count <= attempts;
    if (!isWithin) this.refusals.inc({ limit: name });
    return isWithin;
  }

  /** Counts a refusal. @throws ProblemError 429, always */
  refuse(refusal: Refusal, detail?: string): never {
    this.refusals.inc({ limit: refusal.limit.name });
    throw new ProblemError('too_many_requests', {
      headers: refusalHeaders(refusal),
      ...(detail === undefined ? {} : { detail }),
    });
  }
}
