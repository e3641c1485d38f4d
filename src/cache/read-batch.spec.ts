import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { Permit } from '../standing/permit.js';
import { Standing } from '../standing/standing.js';
import { ReadBatch } from './read-batch.js';

const permit = new Standing().permit();
const valueOf = (key: string) => `value of ${key}`;

/** Writes when node-redis does: at the end of the turn in which it is given the first of some commands. */
class NodeRedis {
  private queue: string[][] = [];
  private written: Promise<void> | undefined;

  constructor(private readonly writes: string[][][]) {}

  async mget(keys: readonly string[]): Promise<string[]> {
    this.queue.push([...keys]);
    await (this.written ??= endOfTurn().then(() => this.write()));
    return keys.map(valueOf);
  }

  private write(): void {
    this.written = undefined;
    this.writes.push(this.queue);
    this.queue = [];
  }
}

describe('ReadBatch', () => {
  /** What was written at once, command by command. */
  let writes: string[][][];
  let reads: ReadBatch;
  beforeEach(() => {
    writes = [];
    const client = new NodeRedis(writes);
    reads = new ReadBatch(() => (keys) => client.mget(keys));
  });

  const readAll = (keys: readonly string[]) => Promise.all(keys.map((key) => reads.read(key, permit)));
  const valuesOf = (keys: readonly string[]) => keys.map(valueOf);

  it('reads what one request asks for by one command', async () => {
    const keys = ['a', 'b', 'a', 'c'];
    await expect(readAll(keys)).resolves.toEqual(valuesOf(keys));
    expect(writes).toEqual([[keys]]);
  });

  it('reads what the other requests of a turn ask for by one more command, and answers each with its own part', async () => {
    const requests = [['a', 'b'], ['c', 'd'], ['e'], ['f', 'g']];
    const answers: Promise<unknown[]>[] = [];
    for (const keys of requests) {
      answers.push(readAll(keys));
      await Promise.resolve();
    }
    await expect(Promise.all(answers)).resolves.toEqual(requests.map(valuesOf));
    expect(writes).toHaveLength(1);
    expect(writes[0]).toEqual(['ab', 'cdefg'].map((command) => command.split('')));
  });

  it('reads anew in the next turn', async () => {
    await reads.read('a', permit);
    await reads.read('a', permit);
    expect(writes).toEqual([[['a']], [['a']]]);
  });

  it('reads keys by one permit only', async () => {
    const [one, other] = [permit, new Standing().permit()];
    const permits: Permit[] = [];
    const reads = new ReadBatch((ofBatch) => {
      permits.push(ofBatch);
      return async (keys) => keys;
    });
    await Promise.all([reads.read('a', one), reads.read('b', other), reads.read('c', other)]);
    expect(permits.map((each) => [one, other].indexOf(each))).toEqual([0, 1]);
  });

  it('splits a very long batch', async () => {
    const requests = Array.from({ length: 401 }, (_, index) => [0, 1, 2].map((part) => `${index}.${part}`));
    const answers = Promise.all(requests.map(readAll));
    await expect(answers).resolves.toEqual(requests.map(valuesOf));
    expect(writes.flat().map(({ length }) => length)).toEqual([500, 500, 203]);
  });

  it('fails all reads of a batch, and none of the next', async () => {
    let isDown = true;
    const reads = new ReadBatch(() => async (keys) => {
      if (isDown) throw new Error('no answer');
      return keys;
    });
    const outcomes = await Promise.allSettled([reads.read('a', permit), reads.read('b', permit)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isDown = false;
    await expect(reads.read('a', permit)).resolves.toBe('a');
  });

  it('lets the reader know when the batch began', async () => {
    let place = 'first';
    const reads = new ReadBatch(() => {
      const begunAt = place;
      return async (keys) => keys.map(() => begunAt);
    });
    const value = reads.read('a', permit);
    place = 'second';
    await expect(value).resolves.toBe('first');
    await expect(reads.read('a', permit)).resolves.toBe('second');
  });
});
