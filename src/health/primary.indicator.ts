import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { Following } from '../cache/following.js';

/** Whether PostgreSQL is the primary that the other instances use. */
@Injectable()
export class PrimaryIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly following: Following,
  ) {}

  /** @param key the name of the check in the answer */
  check(key: string) {
    const indicator = this.indicators.check(key);
    const { refusal } = this.following;
    return refusal === undefined ? indicator.up() : indicator.down(refusal);
  }
}
