import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { Standing } from '../standing/standing.js';

/** Whether PostgreSQL is the primary that the other instances use. */
@Injectable()
export class PrimaryIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly standing: Standing,
  ) {}

  /** @param key the name of the check in the answer */
  check(key: string) {
    const indicator = this.indicators.check(key);
    const { kind, reason } = this.standing.permit();
    return kind === 'refuse' ? indicator.down(reason) : indicator.up();
  }
}
