import { Injectable } from '@nestjs/common';
import { newCounter, newGauge, newHistogram } from '../common/metrics.js';
import { DatabaseClock } from '../database/database-clock.js';
import type { SecurityEvent } from './security-event.js';

/** A receiver that was answered within this time counts as active. */
const ACTIVE_MS = 60_000;

interface Receiver {
  readonly answeredAt: number;
  readonly pending: number;
}

/** What the receivers of the feed get from this instance. */
@Injectable()
export class FeedMetrics {
  private open = 0;
  /** By OAuth client. */
  private readonly receivers = new Map<string, Receiver>();
  private readonly events = newCounter('ergodrive_feed_events_total', 'Security events sent');
  private readonly restarts = newCounter(
    'ergodrive_feed_restarts_total',
    'Answers by which a receiver begins anew, the first one included',
  );
  private readonly bytes = newHistogram(
    'ergodrive_feed_answer_bytes',
    'Sizes of the answers of the feed',
    [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576],
  );
  private readonly lag = newHistogram(
    'ergodrive_feed_lag_seconds',
    'Age of the oldest event of an answer, by the clock of PostgreSQL; not of answers that begin anew',
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
  );

  constructor(private readonly clock: DatabaseClock) {
    newGauge('ergodrive_feed_polls', 'Polls of the feed that are waiting or being answered', () => this.open);
    newGauge(
      'ergodrive_feed_receivers',
      'OAuth clients whose polls this instance answered within the last minute',
      () => this.active().length,
    );
    newGauge(
      'ergodrive_feed_pending_events',
      'Events that the last answers to these clients had no place for; 1,000 for each client at most',
      () => this.active().reduce((sum, { pending }) => sum + pending, 0),
    );
  }

  setOpen(count: number): void {
    this.open = count;
  }

  /**
   * An answer is made.
   * @param oldest the first event in it, if there is one
   * @param pending how many events are known to follow
   */
  sent(clientId: string, oldest: SecurityEvent | undefined, pending: number, isRestarted: boolean): void {
    this.receivers.set(clientId, { answeredAt: performance.now(), pending });
    if (oldest === undefined || isRestarted) return;
    this.lag.observe(Math.max(0, this.clock.now() / 1000 - oldest.change.committedBy));
  }

  answered(events: number, bytes: number, isRestarted: boolean): void {
    this.events.inc(events);
    this.bytes.observe(bytes);
    if (isRestarted) this.restarts.inc();
  }

  private active(): Receiver[] {
    const since = performance.now() - ACTIVE_MS;
    for (const [id, { answeredAt }] of this.receivers) if (answeredAt < since) this.receivers.delete(id);
    return [...this.receivers.values()];
  }
}
