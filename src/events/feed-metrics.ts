import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, register } from 'prom-client';

const NAMES = {
  open: 'ergodrive_feed_polls',
  events: 'ergodrive_feed_events_total',
  restarts: 'ergodrive_feed_restarts_total',
  bytes: 'ergodrive_feed_answer_bytes',
} as const;

/** What the receivers of the feed get from this instance. */
@Injectable()
export class FeedMetrics {
  private readonly open: Gauge;
  private readonly events: Counter;
  private readonly restarts: Counter;
  private readonly bytes: Histogram;

  constructor() {
    for (const name of Object.values(NAMES)) register.removeSingleMetric(name);
    this.open = new Gauge({ name: NAMES.open, help: 'Polls of the feed that are waiting or being answered' });
    this.events = new Counter({ name: NAMES.events, help: 'Security events sent' });
    this.restarts = new Counter({
      name: NAMES.restarts,
      help: 'Answers by which a receiver begins anew, the first one included',
    });
    this.bytes = new Histogram({
      name: NAMES.bytes,
      help: 'Sizes of the answers of the feed',
      buckets: [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576],
    });
  }

  setOpen(count: number): void {
    this.open.set(count);
  }

  answered(events: number, bytes: number, isRestarted: boolean): void {
    this.events.inc(events);
    this.bytes.observe(bytes);
    if (isRestarted) this.restarts.inc();
  }
}
