import { waitFor } from '../../support/wait-for.js';

/** For what a stall delays. */
const PATIENCE_MS = 40_000;

interface Bound<T> {
  /** A request that began so long after the call must get the expected answer, or this one. */
  boundMs: number;
  unavailable: T;
}

/**
 * Asks until the answer is the expected one. On a machine that stalls that may take longer than the bound, but then nothing else
 * than the expected answer and `unavailable` comes meanwhile.
 *
 * @throws when another answer came too late, or the expected one not in 40 s
 */
export async function expectWithinBound<T>(
  expected: T,
  ask: () => Promise<T>,
  { boundMs, unavailable }: Bound<T>,
): Promise<void> {
  const calledAt = performance.now();
  const late: T[] = [];
  const has = async () => {
    const isLate = performance.now() - calledAt > boundMs;
    const found = await ask();
    if (isLate && found !== expected && found !== unavailable) late.push(found);
    return found === expected;
  };
  await waitFor(has, { what: `the answer ${String(expected)}`, timeoutMs: PATIENCE_MS });
  expect(late).toEqual([]);
}
