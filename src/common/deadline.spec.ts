import { Deadline } from './deadline.js';

const LENGTH_MS = 100;

describe('Deadline', () => {
  let deadline: Deadline;
  beforeEach(() => {
    jest.useFakeTimers();
    deadline = new Deadline(LENGTH_MS);
  });
  afterEach(() => jest.useRealTimers());
  const never = () => new Promise<never>(() => undefined);
  const late = () => new Error('late');
  /** Follows a promise without waiting for it. */
  const follow = (promise: Promise<unknown>) => {
    const seen: { outcome: string } = { outcome: 'waiting' };
    promise.then(
      (value) => (seen.outcome = String(value)),
      (error: unknown) => (seen.outcome = (error as Error).message),
    );
    return seen;
  };

  it('passes on what comes in time', async () => {
    await expect(deadline.bound(Promise.resolve('value'), late)).resolves.toBe('value');
    const failure = new TypeError('own');
    await expect(deadline.bound(Promise.reject(failure), late)).rejects.toBe(failure);
  });

  it('makes an error of whatever else was thrown', async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the case under test
    await expect(deadline.bound(Promise.reject('text'), late)).rejects.toThrow('text');
  });

  it('ends the wait at the deadline, not before', async () => {
    const seen = follow(deadline.bound(never(), late));
    await jest.advanceTimersByTimeAsync(LENGTH_MS - 1);
    expect(seen.outcome).toBe('waiting');
    await jest.advanceTimersByTimeAsync(2);
    expect(seen.outcome).toBe('late');
  });

  it('gives each wait its full length, whatever began before it', async () => {
    const first = follow(deadline.bound(never(), late));
    await jest.advanceTimersByTimeAsync(60);
    const second = follow(deadline.bound(never(), late));
    await jest.advanceTimersByTimeAsync(42);
    expect([first.outcome, second.outcome]).toEqual(['late', 'waiting']);
    await jest.advanceTimersByTimeAsync(56);
    expect(second.outcome).toBe('waiting');
    await jest.advanceTimersByTimeAsync(4);
    expect(second.outcome).toBe('late');
  });

  it('drops what comes too late', async () => {
    let settle: (value: string) => void = () => undefined;
    const seen = follow(deadline.bound(new Promise<string>((resolve) => (settle = resolve)), late));
    await jest.advanceTimersByTimeAsync(LENGTH_MS + 1);
    settle('value');
    await jest.advanceTimersByTimeAsync(1);
    expect(seen.outcome).toBe('late');
  });

  it('asks for the reason only when it is needed', async () => {
    const reason = jest.fn(late);
    await deadline.bound(Promise.resolve(1), reason);
    await jest.advanceTimersByTimeAsync(LENGTH_MS * 2);
    expect(reason).not.toHaveBeenCalled();
  });

  it('counts an answer as in time that came at the deadline and waited for the event loop', async () => {
    let settle: (value: string) => void = () => undefined;
    const seen = follow(deadline.bound(new Promise<string>((resolve) => (settle = resolve)), late));
    // A socket that is readable at the same moment is read between the timer and the sweep.
    setTimeout(() => settle('value'), LENGTH_MS);
    await jest.advanceTimersByTimeAsync(LENGTH_MS + 1);
    expect(seen.outcome).toBe('value');
  });

  it('keeps one timer for a thousand waits, and none for no wait', async () => {
    const before = jest.getTimerCount();
    const waits = Array.from({ length: 1000 }, () => follow(deadline.bound(never(), late)));
    expect(jest.getTimerCount()).toBe(before + 1);
    await jest.advanceTimersByTimeAsync(LENGTH_MS + 1);
    expect(waits.filter(({ outcome }) => outcome !== 'late')).toEqual([]);
    expect(jest.getTimerCount()).toBe(before);
  });

  it('starts over after a pause', async () => {
    follow(deadline.bound(never(), late));
    await jest.advanceTimersByTimeAsync(LENGTH_MS * 10);
    const seen = follow(deadline.bound(never(), late));
    await jest.advanceTimersByTimeAsync(LENGTH_MS - 1);
    expect(seen.outcome).toBe('waiting');
    await jest.advanceTimersByTimeAsync(2);
    expect(seen.outcome).toBe('late');
  });
});
