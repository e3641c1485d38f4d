import { Injectable } from '@nestjs/common';
import { newHistogram } from '../common/metrics.js';
import { DatabaseClock } from '../database/database-clock.js';

/** How fast this instance applies changes. */
@Injectable()
export class InvalidationMetrics {
  private readonly lag = newHistogram(
    'ergodrive_invalidation_lag_seconds',
    'Time from a change to its application on this instance, by the clock of PostgreSQL',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
  );
  private readonly replays = newHistogram(
    'ergodrive_replay_duration_seconds',
    'Time that replays of the invalidation log took; a failed replay is not counted',
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );

  constructor(private readonly clock: DatabaseClock) {}

  /** @param changedAt seconds since the epoch */
  applied(changedAt: number): void {
    this.lag.observe(Math.max(0, this.clock.now() / 1000 - changedAt));
  }

  /** @param beganAt `performance.now()` */
  replayed(beganAt: number): void {
    this.replays.observe((performance.now() - beganAt) / 1000);
  }
}
