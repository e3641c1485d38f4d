import { FreshReads } from './fresh-reads.js';

type Read = { began: number; end: (value: string) => void; fail: (error: Error) => void };

describe('FreshReads', () => {
  let reads: FreshReads<string>;
  let begun: Read[];
  /** Counts what happens, so that a test knows whether a read was before or after a call. */
  let now: number;
  beforeEach(() => {
    reads = new FreshReads();
    begun = [];
    now = 0;
  });

  const begin = () =>
    new Promise<string>((end, fail) => {
      begun.push({ began: ++now, end, fail });
    });
  const read = (key = 'key') => reads.read(key, begin);
  /** Lets everything run that waits for nothing but its turn. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('reads once for a call, and again for the next call', async () => {
    const first = read();
    begun[0]?.end('a');
    await expect(first).resolves.toBe('a');
    const second = read();
    begun[1]?.end('b');
    await expect(second).resolves.toBe('b');
  });

  it('never shares a read that began before the caller came', async () => {
    const early = read();
    const calledAt = ++now;
    const late = read();
    begun[0]?.end('before the change');
    await expect(early).resolves.toBe('before the change');
    await settle();
    expect(begun).toHaveLength(2);
    expect(begun[1]?.began).toBeGreaterThan(calledAt);
    begun[1]?.end('after the change');
    await expect(late).resolves.toBe('after the change');
  });

  it('makes two reads for a thousand calls', async () => {
    const calls = Array.from({ length: 1000 }, () => read());
    expect(begun).toHaveLength(1);
    begun[0]?.end('first');
    await settle();
    expect(begun).toHaveLength(2);
    begun[1]?.end('second');
    expect(await Promise.all(calls)).toEqual(['first', ...Array.from({ length: 999 }, () => 'second')]);
    await settle();
    expect(begun).toHaveLength(2);
  });

  it('lets calls that come while the second read runs wait for a third', async () => {
    const [first, second] = [read(), read()];
    begun[0]?.end('1');
    await settle();
    const third = read();
    begun[1]?.end('2');
    await settle();
    begun[2]?.end('3');
    await expect(Promise.all([first, second, third])).resolves.toEqual(['1', '2', '3']);
  });

  it('keeps keys apart', async () => {
    const [one, other] = [read('one'), read('other')];
    expect(begun).toHaveLength(2);
    begun[1]?.end('other');
    begun[0]?.end('one');
    await expect(Promise.all([one, other])).resolves.toEqual(['one', 'other']);
  });

  it('fails the calls that shared a failed read, and no others', async () => {
    const [first, second, third] = [read(), read(), read()];
    begun[0]?.fail(new Error('1 failed'));
    await expect(first).rejects.toThrow('1 failed');
    await settle();
    begun[1]?.fail(new Error('2 failed'));
    await expect(Promise.allSettled([second, third])).resolves.toMatchObject([
      { status: 'rejected', reason: { message: '2 failed' } },
      { status: 'rejected', reason: { message: '2 failed' } },
    ]);
    const fourth = read();
    begun[2]?.end('again');
    await expect(fourth).resolves.toBe('again');
  });

  it('answers no call with an older read, in any order of calls and ends of reads', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      let state = seed;
      const random = (below: number) => {
        state = (state * 48_271) % 2_147_483_647;
        return state % below;
      };
      reads = new FreshReads();
      begun = [];
      const calls: Promise<{ calledAt: number; began: number }>[] = [];
      let ended = 0;
      for (let step = 0; step < 30; step++) {
        if (random(2) === 0) {
          const calledAt = ++now;
          calls.push(read().then((answer) => ({ calledAt, began: Number(answer) })));
        } else if (ended < begun.length) {
          const next = begun[ended++];
          next?.end(String(next.began));
        }
        for (let turn = random(6); turn > 0; turn--) await Promise.resolve();
      }
      await settle();
      while (ended < begun.length) {
        const next = begun[ended++];
        next?.end(String(next.began));
        await settle();
      }
      for (const { calledAt, began } of await Promise.all(calls)) expect(began).toBeGreaterThan(calledAt);
    }
  });
});
