import { Inject, Injectable, Optional } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { RedisServers } from '../cache/redis-servers.js';
import { HotStatements } from '../database/hot-statements.js';
import { newCounter } from '../common/metrics.js';
import { type Limit, type Refusal, refusalHeaders } from './limit.js';
import { Limiter } from './limiter.js';
import { PostgresCounts } from './postgres-counts.js';
import { redisCounts } from './redis-counts.js';

/** Makes limiters on the services that this instance has. */
@Injectable()
export class Limiters {
  private readonly refusals = newCounter(
    'ergodrive_rate_limit_refusals_total',
    'Attempts that were refused, by the limit that they exceeded',
    ['limit'],
  );

  constructor(
    private readonly statements: HotStatements,
    @Optional() @Inject(RedisServers) private readonly redis: RedisServers | undefined,
    private readonly config: AppConfig,
  ) {}

  for(limit: Limit): Limiter {
    const redis = this.redis && redisCounts(this.redis, limit);
    return new Limiter(
      limit,
      redis,
      new PostgresCounts(this.statements, limit),
      this.config.cache.deadlineMs,
    );
  }

  /** Counts a refusal that is answered. @returns the headers of the answer */
  refuse(refusal: Refusal): Record<string, string> {
    this.refusals.inc({ limit: refusal.limit.name });
    return refusalHeaders(refusal);
  }
}
