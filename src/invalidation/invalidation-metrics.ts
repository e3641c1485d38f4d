import { Injectable } from '@nestjs/common';
import { Histogram, register } from 'prom-client';
import { DatabaseClock } from '../database/database-clock.js';

const NAME = 'ergodrive_invalidation_lag_seconds';

/** How long after a change this instance had applied it, by the database's clock. */
@Injectable()
export class InvalidationMetrics {
  private readonly lag =
    (register.getSingleMetric(NAME) as Histogram | undefined) ??
    new Histogram({
      name: NAME,
      help: 'Time from a change to its application on this instance',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
    });

  constructor(private readonly clock: DatabaseClock) {}

  /** @param changedAt seconds since the epoch */
  applied(changedAt: number): void {
    this.lag.observe(Math.max(0, this.clock.now() / 1000 - changedAt));
  }
}
