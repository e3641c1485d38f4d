import { newCounter, newGauge } from '../common/metrics.js';
import type { MailCounts } from './mail-queue.js';

export type MailOutcome = 'sent' | 'retried' | 'dead' | 'expired' | 'dropped';

/** What became of mails, and what waits. */
export class MailMetrics {
  private readonly mails = newCounter(
    'ergodrive_mails_total',
    'Attempts at mails by their kind and outcome: dropped where nothing was to be sent, dead where the mail was refused for good',
    ['kind', 'outcome'],
  );

  /** @param count is called for each gauge of a scrape; where it answers `undefined`, the gauge has no value */
  constructor(private readonly count: () => Promise<MailCounts | undefined>) {
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

  private async read(member: 'waiting' | 'dead' | 'oldestSeconds'): Promise<number | undefined> {
    return (await this.count())?.[member];
  }
}
