import { ReadBatch } from './read-batch.js';

describe('ReadBatch', () => {
  const commands: (readonly string[])[] = [];
  const echo = new ReadBatch(() => async (keys) => {
    commands.push(keys);
    return keys.map((key) => `value of ${key}`);
  });
  beforeEach(() => commands.splice(0));

  it('reads what is asked for in one turn by one command, and answers each its own', async () => {
    const keys = ['a', 'b', 'a', 'c'];
    await expect(Promise.all(keys.map((key) => echo.read(key)))).resolves.toEqual(
      keys.map((key) => `value of ${key}`),
    );
    expect(commands).toEqual([keys]);
  });

  it('reads anew in the next turn', async () => {
    await echo.read('a');
    await echo.read('a');
    expect(commands).toEqual([['a'], ['a']]);
  });

  it('never reads before the key was asked for', async () => {
    const answers = [echo.read('a')];
    await Promise.resolve();
    expect(commands).toEqual([]);
    answers.push(echo.read('b'));
    await Promise.all(answers);
    expect(commands).toEqual([['a', 'b']]);
  });

  it('splits a very long batch', async () => {
    const keys = Array.from({ length: 1201 }, (_, index) => String(index));
    const values = await Promise.all(keys.map((key) => echo.read(key)));
    expect(values).toEqual(keys.map((key) => `value of ${key}`));
    expect(commands.map(({ length }) => length)).toEqual([500, 500, 201]);
  });

  it('fails all of a batch, and none of the next', async () => {
    let isDown = true;
    const reads = new ReadBatch(() => async (keys) => {
      if (isDown) throw new Error('no answer');
      return keys;
    });
    const outcomes = await Promise.allSettled([reads.read('a'), reads.read('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isDown = false;
    await expect(reads.read('a')).resolves.toBe('a');
  });

  it('lets the reader know when the batch began', async () => {
    let place = 'first';
    const reads = new ReadBatch(() => {
      const begunAt = place;
      return async (keys) => keys.map(() => begunAt);
    });
    const value = reads.read('a');
    place = 'second';
    await expect(value).resolves.toBe('first');
    await expect(reads.read('a')).resolves.toBe('second');
  });
});
