import { isNativeError } from 'node:util/types';

interface Waiting {
  readonly expiresAt: number;
  readonly expire: () => void;
}

/**
 * Bounds many short waits with one timer: all have the same length, so they end in the order in which they began.
 * Answers that arrived while the event loop was busy count as in time, because the expiry lets the sockets be read first.
 */
export class Deadline {
  /** In order of expiry. Settled waits are removed at once, so that the garbage collector frees them early. */
  private readonly waiting = new Set<Waiting>();
  private timer: NodeJS.Timeout | undefined;

  /** @param lengthMs how long an operation may take, in milliseconds */
  constructor(private readonly lengthMs: number) {}

  /** Settles as the operation does, or rejects with what `onExpiry` makes. The late outcome is dropped. */
  bound<T>(operation: Promise<T>, onExpiry: () => Error): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const entry: Waiting = {
        expiresAt: performance.now() + this.lengthMs,
        expire: () => reject(onExpiry()),
      };
      this.waiting.add(entry);
      operation.then(
        (value) => {
          this.waiting.delete(entry);
          resolve(value);
        },
        (error: unknown) => {
          this.waiting.delete(entry);
          reject(isNativeError(error) ? error : new Error(String(error)));
        },
      );
      this.timer ??= this.arm(this.lengthMs);
    });
  }

  /** Ends every wait of this moment, as its time would. */
  expireAll(): void {
    for (const { expire } of this.waiting) expire();
    this.waiting.clear();
  }

  private arm(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => setImmediate(() => this.sweep()), delayMs).unref();
  }

  private sweep(): void {
    const now = performance.now();
    for (const entry of this.waiting) {
      if (entry.expiresAt > now) {
        this.timer = this.arm(Math.max(1, entry.expiresAt - now));
        return;
      }
      this.waiting.delete(entry);
      entry.expire();
    }
    this.timer = undefined;
  }
}
