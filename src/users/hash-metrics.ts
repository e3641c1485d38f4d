import { newCounter, newGauge, newHistogram } from '../common/metrics.js';
import type { HashQueue } from './hash-queue.js';

/** How long logins wait for a thread that hashes. */
export class HashMetrics {
  private readonly waits = newHistogram(
    'ergodrive_hash_queue_wait_seconds',
    'Time that a password waited for a thread that hashes',
    [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  );
  private readonly refusals = newCounter(
    'ergodrive_hash_queue_refusals_total',
    'Passwords that were not hashed, because too many waited',
  );

  constructor(queue: HashQueue) {
    newGauge('ergodrive_hash_queue_length', 'Passwords that wait for a thread', () => queue.length);
  }

  /** @throws what `acquire` throws, which counts as a refusal */
  async wait(acquire: () => Promise<void>): Promise<void> {
    const beganAt = performance.now();
    try {
      await acquire();
    } catch (error) {
      this.refusals.inc();
      throw error;
    }
    this.waits.observe((performance.now() - beganAt) / 1000);
  }
}
