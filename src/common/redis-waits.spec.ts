import { RedisWaits } from './redis-waits.js';

const LIMIT_MS = 100;
/** When a wait ends: the fake clock moves on by a millisecond before `setImmediate` runs. */
const ENDED_MS = LIMIT_MS + 1;

describe('RedisWaits', () => {
  let waits: RedisWaits;
  beforeEach(() => {
    jest.useFakeTimers();
    waits = new RedisWaits();
  });
  afterEach(() => jest.useRealTimers());

  const after = <T>(ms: number, value: T): Promise<T> =>
    new Promise((resolve) => setTimeout(() => resolve(value), ms));
  /** What the request gets, and how long it waited. */
  const outcome = async (answer: Promise<unknown>) => {
    const beganAt = performance.now();
    const waiting = waits.wait(answer, LIMIT_MS).then((value) => [value, performance.now() - beganAt]);
    await jest.advanceTimersByTimeAsync(1000);
    return waiting;
  };

  it('gives an answer that comes in time', () =>
    expect(outcome(after(60, 'answer'))).resolves.toEqual(['answer', 60]));

  it('ends a wait after the limit', () =>
    expect(outcome(after(150, 'answer'))).resolves.toEqual([undefined, ENDED_MS]));

  it('lets the next wait have what the ones before left', async () => {
    await outcome(after(60, 'first'));
    expect(waits.isSpent(LIMIT_MS)).toBe(false);
    await expect(outcome(after(60, 'second'))).resolves.toEqual([undefined, ENDED_MS - 60]);
    expect(waits.isSpent(LIMIT_MS)).toBe(true);
  });

  it('counts a wait that had a limit of its own', async () => {
    waits.add(70);
    await expect(outcome(after(60, 'answer'))).resolves.toEqual([undefined, ENDED_MS - 70]);
  });

  it('counts waits at the same time once', async () => {
    const first = outcome(after(40, 'first'));
    await expect(outcome(after(40, 'second'))).resolves.toEqual(['second', 40]);
    await first;
    await expect(outcome(after(50, 'third'))).resolves.toEqual(['third', 50]);
  });

  it('throws an error that comes in time, and drops a later one', async () => {
    const failing = async (ms: number) => {
      await after(ms, undefined);
      throw new Error('refused');
    };
    const refusal = waits.wait(failing(10), LIMIT_MS).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(1000);
    await expect(refusal).resolves.toEqual(new Error('refused'));
    await expect(outcome(failing(150))).resolves.toEqual([undefined, ENDED_MS - 10]);
  });
});
