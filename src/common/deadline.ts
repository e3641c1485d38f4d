interface Waiting {
  readonly expiresAt: number;
  readonly expire: () => void;
  settled: boolean;
}

/**
 * Bounds many short waits with one timer: all have the same length, so they end in the order in which they began.
 * Answers that arrived while the event loop was busy count as in time, because the expiry lets the sockets be read first.
 */
export class Deadline {
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param lengthMs how long an operation may take, in milliseconds */
  constructor(private readonly lengthMs: number) {}

  /** Settles as the operation does, or rejects with what `onExpiry` makes. The late outcome is dropped. */
  bound<T>(operation: Promise<T>, onExpiry: () => Error): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const entry: Waiting = {
        expiresAt: performance.now() + this.lengthMs,
        expire: () => reject(onExpiry()),
        settled: false,
      };
      operation.then(
        (value) => {
          entry.settled = true;
          resolve(value);
        },
        (error: unknown) => {
          entry.settled = true;
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
      this.waiting.push(entry);
      this.timer ??= this.arm(this.lengthMs);
    });
  }

  private arm(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => setImmediate(() => this.sweep()), delayMs);
  }

  private sweep(): void {
    const now = performance.now();
    let done = 0;
    for (const entry of this.waiting) {
      if (!entry.settled && entry.expiresAt > now) break;
      if (!entry.settled) entry.expire();
      done += 1;
    }
    this.waiting = this.waiting.slice(done);
    const next = this.waiting[0];
    this.timer = next && this.arm(Math.max(1, next.expiresAt - now));
  }
}
