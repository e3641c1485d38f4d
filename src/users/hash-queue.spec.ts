import { HashQueue } from './hash-queue.js';

const MAX_WAITING = 100;
const MAX_WAITING_PER_NETWORK = 50;
const MAX_WAITING_KNOWN = 20;

describe('HashQueue', () => {
  let queue: HashQueue;
  let log: string[];

  /** The one thread is taken. */
  beforeEach(async () => {
    queue = new HashQueue(1);
    log = [];
    await queue.acquire('first');
  });

  /** Waits for the thread; notes the start or the refusal. */
  const wait = (network: string, times = 1) => {
    for (let index = 0; index < times; index++)
      void queue.acquire(network).then(
        () => log.push(network),
        () => log.push(`${network} refused`),
      );
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const free = async (times: number) => {
    for (let index = 0; index < times; index++) queue.release();
    await settle();
  };

  it('lets the networks take turns, and keeps the order of each', async () => {
    wait('a', 3);
    wait('b');
    wait('c', 2);
    await free(6);
    expect(log).toEqual(['a', 'b', 'c', 'a', 'c', 'a']);
  });

  it('gives a thread that is free to the next task at once', async () => {
    await free(1);
    await expect(queue.acquire('a')).resolves.toBeUndefined();
    wait('b');
    await settle();
    expect(log).toEqual([]);
  });

  it('refuses the tasks of one network beyond half of the places', async () => {
    wait('a', MAX_WAITING_PER_NETWORK);
    await expect(queue.acquire('a')).rejects.toMatchObject({ problem: { status: 503 } });
    wait('b');
    await free(2);
    expect(log).toEqual(['a', 'b']);
  });

  it('gives a place of the network with the most waiting tasks to one with fewer', async () => {
    wait('a', MAX_WAITING_PER_NETWORK);
    wait('b', MAX_WAITING_PER_NETWORK);
    wait('c');
    await settle();
    expect(log).toEqual(['a refused']);
    await free(MAX_WAITING + 1);
    expect(log.filter((entry) => entry === 'a')).toHaveLength(MAX_WAITING_PER_NETWORK - 1);
    expect(log.indexOf('c')).toBe(3);
  });

  it('refuses a new network once every place has another network', async () => {
    for (let index = 0; index < MAX_WAITING; index++) wait(`network ${index}`);
    await expect(queue.acquire('new')).rejects.toMatchObject({ problem: { status: 503 } });
  });

  it('keeps places for networks that have sent a right password', async () => {
    queue.remember('known');
    for (let index = 0; index < MAX_WAITING; index++) wait(`network ${index}`);
    wait('known', MAX_WAITING_KNOWN);
    await settle();
    expect(log).toEqual([]);
    await expect(queue.acquire('known')).rejects.toMatchObject({ problem: { status: 503 } });
    await free(MAX_WAITING + MAX_WAITING_KNOWN);
    expect(log).toHaveLength(MAX_WAITING + MAX_WAITING_KNOWN);
  });
});
