/**
 * How long one request has waited for Redis. The guard, the limits and the route of a request share it, so that a slow Redis delays the
 * request by one limit in sum and not by one for each answer. Waits at the same time count once.
 */
export class RedisWaits {
  private spentMs = 0;
  private running = 0;
  private beganAt = 0;

  /** Counts a wait that had a limit of its own. @param waitedMs milliseconds */
  add(waitedMs: number): void {
    this.spentMs += waitedMs;
  }

  /** Whether the request has waited that long already, so that a further operation need not begin. @param limitMs milliseconds in sum */
  isSpent(limitMs: number): boolean {
    return this.leftMs(limitMs) <= 0;
  }

  /**
   * Waits for an answer until the request has waited for this long in sum. The operation itself goes on after that.
   * @param limitMs milliseconds in sum
   * @returns the answer, or `undefined` when it does not come in time
   * @throws what the operation throws in time; a later error is dropped
   */
  async wait<T>(answer: Promise<T>, limitMs: number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    // An answer that arrived while the event loop was busy is in time: the sockets are read first.
    const expiry = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => setImmediate(() => resolve(undefined)), Math.max(0, this.leftMs(limitMs)));
    });
    if (this.running++ === 0) this.beganAt = performance.now();
    try {
      return await Promise.race([answer, expiry]);
    } finally {
      clearTimeout(timer);
      if (--this.running === 0) this.spentMs += performance.now() - this.beganAt;
    }
  }

  private leftMs(limitMs: number): number {
    const runningMs = this.running > 0 ? performance.now() - this.beganAt : 0;
    return limitMs - this.spentMs - runningMs;
  }
}
