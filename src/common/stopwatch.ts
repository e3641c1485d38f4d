/** Measures time on two clocks, because the monotonic one stands still while a machine sleeps, and the other one can be set. */
export class Stopwatch {
  /** `performance.now()` when it was made. */
  readonly beganAt = performance.now();
  private readonly wallMs = Date.now();

  /** Milliseconds since it was made, by the clock on which more have passed. */
  get elapsedMs(): number {
    return Math.max(performance.now() - this.beganAt, Date.now() - this.wallMs);
  }
}
