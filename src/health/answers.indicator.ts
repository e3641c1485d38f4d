import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, TypeOrmHealthIndicator } from '@nestjs/terminus';
import { Readiness } from '../redis/readiness.js';
import { Standing } from '../standing/standing.js';

/** PostgreSQL has less than the probes of platforms wait. */
export const PING_TIMEOUT_MS = 1500;

/** Whether anything can answer a request: the cache, which serves known sessions while PostgreSQL is down, or PostgreSQL. */
@Injectable()
export class AnswersIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly readiness: Readiness,
    private readonly standing: Standing,
  ) {}

  /** @param key the name of the check in the answer */
  async check(key: string) {
    const hasFollowed = this.standing.state !== 'starting';
    if (hasFollowed && this.readiness.isReady) return this.indicators.check(key).up();
    return this.database.pingCheck(key, { timeout: PING_TIMEOUT_MS });
  }
}
