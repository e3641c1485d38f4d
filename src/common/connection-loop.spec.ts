import { ConnectionLoop } from './connection-loop.js';

const MAX_DELAY_MS = 1000;
const SHORTEST_MS = 25;

describe('ConnectionLoop', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** A loop whose attempts all fail at once, or, if set so, after they were up. */
  function failing({ up }: { up: (attempt: number) => boolean }) {
    const attempts: number[] = [];
    const loop = new ConnectionLoop(async (isUp) => {
      attempts.push(Date.now());
      if (up(attempts.length)) isUp();
      throw new Error('refused');
    }, MAX_DELAY_MS);
    loop.start();
    const delays = () => attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    return { loop, attempts, delays };
  }

  it('tries again after each failure, more and more slowly, up to the limit', async () => {
    const { loop, delays } = failing({ up: () => false });
    await jest.advanceTimersByTimeAsync(20_000);
    const waited = delays();
    expect(waited.length).toBeGreaterThan(15);
    for (const [index, delay] of waited.entries()) {
      const longest = Math.min(MAX_DELAY_MS, 50 * 2 ** index);
      expect(delay).toBeLessThanOrEqual(longest + 1);
      expect(delay).toBeGreaterThanOrEqual(longest / 2 - 1);
    }
    expect(Math.max(...waited)).toBeGreaterThan(MAX_DELAY_MS / 2 - 1);
    await loop.stop();
  });

  it('does not let instances come back all at once', async () => {
    const loops = Array.from({ length: 20 }, () => failing({ up: () => false }));
    await jest.advanceTimersByTimeAsync(3000);
    const third = loops.map(({ attempts }) => attempts[3]);
    expect(new Set(third).size).toBeGreaterThan(5);
    await Promise.all(loops.map(({ loop }) => loop.stop()));
  });

  it('begins quickly again after a connection that was of use', async () => {
    const { loop, delays } = failing({ up: (attempt) => attempt % 5 === 0 });
    await jest.advanceTimersByTimeAsync(10_000);
    const waited = delays();
    expect(waited[3]).toBeGreaterThan(100);
    for (const index of [4, 9, 14]) expect(waited[index]).toBeLessThanOrEqual(51);
    await loop.stop();
  });

  it('holds one connection at a time, and starts once', async () => {
    let open = 0;
    let most = 0;
    let attempts = 0;
    const loop = new ConnectionLoop(async () => {
      attempts += 1;
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 500));
      open -= 1;
    }, MAX_DELAY_MS);
    for (let time = 0; time < 3; time++) loop.start();
    await jest.advanceTimersByTimeAsync(5000);
    expect(attempts).toBeGreaterThan(2);
    expect(most).toBe(1);
    const stopped = loop.stop();
    await jest.advanceTimersByTimeAsync(1000);
    await stopped;
  });

  it('ends a pause at once when it is stopped, and makes no further attempt', async () => {
    const { loop, attempts } = failing({ up: () => false });
    await jest.advanceTimersByTimeAsync(3000);
    const before = attempts.length;
    await loop.stop();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(attempts).toHaveLength(before);
  });

  it('signals the stop to the connection, and waits for its end', async () => {
    let ended = false;
    const loop = new ConnectionLoop(async (_, stopped) => {
      await new Promise((resolve) => stopped.addEventListener('abort', resolve));
      ended = true;
    }, MAX_DELAY_MS);
    loop.start();
    await jest.advanceTimersByTimeAsync(SHORTEST_MS);
    expect(ended).toBe(false);
    await loop.stop();
    expect(ended).toBe(true);
  });

  it('can be stopped without having been started', async () => {
    const loop = new ConnectionLoop(async () => undefined, MAX_DELAY_MS);
    await expect(loop.stop()).resolves.toBeUndefined();
  });
});
