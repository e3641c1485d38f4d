/** Time as the verifier reads it. Tests replace it. */
export interface Clock {
  /** Milliseconds of a clock that is never set. */
  monotonicMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Calls back once. The timer does not keep the process alive. @returns cancels the call */
  after(delayMs: number, callback: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/** One moment on both clocks. */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export const instantOf = (clock: Clock): Instant => ({
  monotonicMs: clock.monotonicMs(),
  wallMs: clock.wallMs(),
});

/**
 * Milliseconds since the moment, by the clock that says more. The monotonic clock of Linux stands still while the machine
 * is suspended; the wall clock can be set back. A wall clock that is set forward makes the age too high, never too low.
 */
export const elapsedMs = (clock: Clock, { monotonicMs, wallMs }: Instant): number =>
  Math.max(clock.monotonicMs() - monotonicMs, clock.wallMs() - wallMs);

/** Resolves after the delay, or as soon as the signal is aborted. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(delayMs, end);
    signal.addEventListener('abort', end);
  });
}
