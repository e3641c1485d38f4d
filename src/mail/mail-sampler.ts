import { Injectable } from '@nestjs/common';
import { type MailCounts, MailQueue } from './mail-queue.js';

/** Whoever asks within this time gets the same numbers. */
const SAME_SAMPLE_MS = 500;

/** Counts the mails of the outbox for operators, at most twice a second. */
@Injectable()
export class MailSampler {
  private counts: Promise<MailCounts | undefined> | undefined;
  private countedAt = -Infinity;

  constructor(private readonly queue: MailQueue) {}

  /** @returns `undefined` while PostgreSQL does not answer */
  read(): Promise<MailCounts | undefined> {
    const now = performance.now();
    if (this.counts === undefined || now - this.countedAt > SAME_SAMPLE_MS) {
      this.countedAt = now;
      this.counts = this.queue.count().catch(() => undefined);
    }
    return this.counts;
  }
}
