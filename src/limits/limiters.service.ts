import { Inject, Injectable, Optional } from '@nestjs/common';
import { RedisConnection } from '../cache/redis-connection.js';
import { HotStatements } from '../database/hot-statements.js';
import type { Limit } from './limit.js';
import { Limiter } from './limiter.js';
import { PostgresCounts } from './postgres-counts.js';
import { redisCounts } from './redis-counts.js';

/** Makes limiters on the services that this instance has. */
@Injectable()
export class Limiters {
  constructor(
    private readonly statements: HotStatements,
    @Optional() @Inject(RedisConnection) private readonly redis: RedisConnection | undefined,
  ) {}

  for(limit: Limit): Limiter {
    const redis = this.redis && redisCounts(this.redis, limit);
    return new Limiter(limit, redis, new PostgresCounts(this.statements, limit));
  }
}
