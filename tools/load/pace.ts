import { setTimeout as sleep } from 'node:timers/promises';

/** When requests are due. */
export interface Pace {
  /** Waits until the next request is due. @returns its due time by `performance.now()`, or `undefined` at the end */
  next(): Promise<number | undefined>;
}

/** A closed loop: each request is due when its user is free. @param signal ends the load */
export function closedLoop(endAt: number, signal: AbortSignal): Pace {
  return {
    next: async () => {
      const now = performance.now();
      return now < endAt && !signal.aborted ? now : undefined;
    },
  };
}

/**
 * An open loop: requests are due at a fixed rate, whether or not users are free. A request that waits for a free user has been due
 * meanwhile, so its wait is in its latency.
 * @param signal ends the load
 */
export function openLoop(
  startAt: number,
  endAt: number,
  requestsPerSecond: number,
  signal: AbortSignal,
): Pace {
  let sent = 0;
  return {
    next: async () => {
      const dueAt = startAt + (sent++ * 1000) / requestsPerSecond;
      if (dueAt >= endAt || performance.now() >= endAt) return undefined;
      const wait = dueAt - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => undefined);
      return signal.aborted ? undefined : dueAt;
    },
  };
}
