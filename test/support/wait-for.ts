import { setTimeout as sleep } from 'node:timers/promises';

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
 * as "not yet"; a condition that never settles is cut off as well.
 *
 * @throws WaitTimeoutError after `timeoutMs` (default 10 000), asking every `intervalMs` (default 20)
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { what, timeoutMs = 10_000, intervalMs = 20 }: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  const cutOff = new AbortController();
  const expired = sleep(timeoutMs, undefined, { signal: cutOff.signal }).catch(() => undefined);
  let lastError: unknown;
  do {
    try {
      const answer = await Promise.race([condition(), expired]);
      if (answer) {
        cutOff.abort();
        return answer;
      }
    } catch (error) {
      lastError = error;
    }
    await sleep(intervalMs);
  } while (Date.now() < deadline);
  const reason = lastError instanceof Error ? ` (last error: ${lastError.message})` : '';
  throw new WaitTimeoutError(`waited ${timeoutMs} ms in vain for ${what}${reason}`, { cause: lastError });
}
