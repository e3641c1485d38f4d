import { setTimeout as sleep } from 'node:timers/promises';
import { StallWatch } from './stall-watch.js';

export interface WaitOptions {
  /** What is awaited, for the error: "the replica to catch up". */
  what: string;
  timeoutMs?: number;
  intervalMs?: number;
}

/** The condition did not hold in time. `cause` is the last error that the condition threw, if any. */
export class WaitTimeoutError extends Error {
  override name = 'WaitTimeoutError';
}

/**
 * Asks `condition` again and again until it gives a truthy value, and returns that value. A throw counts
 * as "not yet"; a condition that never settles is cut off as well. Time in which the machine stalls is not counted.
 *
 * @throws WaitTimeoutError after `timeoutMs` (default 10 000), asking every `intervalMs` (default 20)
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 10_000, intervalMs = 20 }: WaitOptions,
): Promise<T> {
  const watch = new StallWatch();
  const deadline = performance.now() + timeoutMs;
  const leftMs = () => deadline + watch.stalledMs - performance.now();
  const cutOff = new AbortController();
  const expired = untilNoneIsLeft(leftMs, cutOff.signal).catch(() => undefined);
  const end = () => {
    cutOff.abort();
    watch.stop();
  };
  let lastError: unknown;
  do {
    try {
      const answer = await Promise.race([condition(), expired]);
      if (answer) {
        end();
        return answer;
      }
    } catch (error) {
      lastError = error;
    }
    await sleep(intervalMs);
  } while (leftMs() > 0);
  end();
  const reason = lastError instanceof Error ? ` (last error: ${lastError.message})` : '';
  throw new WaitTimeoutError(`waited ${timeoutMs} ms in vain for ${what}${reason}`, { cause: lastError });
}

async function untilNoneIsLeft(leftMs: () => number, signal: AbortSignal): Promise<void> {
  for (let ms = leftMs(); ms > 0; ms = leftMs()) await sleep(ms, undefined, { signal });
}
