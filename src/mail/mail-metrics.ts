import { newCounter, newGauge } from '../common/metrics.js';
import type { MailCounts } from './mail-queue.js';

export type MailOutcome = 'sent' | 'retried' | 'dead' | 'expired' | 'dropped';

/** Of one scrape: the gauges are read together. */
const SAME_SCRAPE_MS = 500;

/** What became of mails, and what waits. */
export class MailMetrics {
  private readonly mails = newCounter(
    'ergodrive_mails_total',
    'Attempts at mails by their kind and outcome: dropped where nothing was to be sent, dead where the mail was refused for good',
    ['kind', 'outcome'],
  );
  private counts: Promise<MailCounts | undefined> | undefined;
  private countedAt = -Infinity;

  /** @param count is called at each scrape; where it rejects, the gauges have no value */
  constructor(private readonly count: () => Promise<MailCounts>) {
    newGauge('ergodrive_mails_waiting', 'Mails in the outbox of all instances that are not sent yet', () =>
      this.read('waiting'),
    );
    newGauge('ergodrive_mails_dead', 'Dead letters in the outbox of all instances', () => this.read('dead'));
    newGauge(
      'ergodrive_mails_oldest_waiting_seconds',
      'How long the oldest mail waits that is not sent yet; 0 without any',
      () => this.read('oldestSeconds'),
    );
  }

  /** @param kind one that is registered, or that a row of the outbox has */
  add(kind: string, outcome: MailOutcome): void {
    this.mails.inc({ kind, outcome });
  }

  private async read(member: keyof MailCounts): Promise<number | undefined> {
    const now = performance.now();
    if (now - this.countedAt > SAME_SCRAPE_MS) {
      this.countedAt = now;
      this.counts = this.count().catch(() => undefined);
    }
    return (await this.counts)?.[member];
  }
}
