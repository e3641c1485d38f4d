import type { CacheStore } from '../../src/cache/cache-store.js';
import { waitFor } from '../support/wait-for.js';
import { ENDLESS } from '../support/endless-permit.js';

/** A store to run the contract on. */
export interface StoreUnderContract {
  store: CacheStore;
  /** Removes everything from it, whatever wrote it. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

const LONG_MS = 60_000;
const SHORT_MS = 200;
/** Timers of two processes do not tick together. */
const CLOCK_TOLERANCE_MS = 20;

/** Defines the suite that every adapter of `CacheStore` has to pass. @param open a store of its own for the suite */
export function itKeepsTheCacheStoreContract(open: () => Promise<StoreUnderContract>): void {
  let opened: StoreUnderContract;
  let store: CacheStore;

  beforeAll(async () => {
    opened = await open();
    store = opened.store;
  });
  beforeEach(() => opened.empty());
  afterAll(() => opened.close());

  const untilExpired = (key: string, times = {}) =>
    waitFor(async () => (await store.get(key, ENDLESS)) === undefined, {
      what: 'the end of a life',
      ...times,
    });
  /** Resolves when everything that was written before with a life of SHORT_MS has ended. */
  const afterShortLife = async () => {
    await store.set('clock', 1, SHORT_MS + CLOCK_TOLERANCE_MS);
    await untilExpired('clock');
  };

  describe('when entries are read and written', () => {
    it('answers undefined for what it does not have', () =>
      expect(store.get('absent', ENDLESS)).resolves.toBeUndefined());

    it.each([
      ['text', 'grüße, 世界 🙂 "quoted"\n'],
      ['numbers', 1.5],
      ['false', false],
      ['zero', 0],
      ['empty text', ''],
      ['nested objects', { id: 'a', sessions: ['x', 'y'], deep: { list: [1, null, { b: true }] } }],
      ['lists', []],
    ])('gives back %s as it was', async (_, value) => {
      await store.set('key', value, LONG_MS);
      await expect(store.get('key', ENDLESS)).resolves.toEqual(value);
    });

    it('keeps a copy: what the caller does to the object afterwards changes nothing', async () => {
      const value = { sessions: ['x'] };
      await store.set('key', value, LONG_MS);
      value.sessions.push('y');
      const read = (await store.get('key', ENDLESS)) as { sessions: string[] };
      read.sessions.push('z');
      await expect(store.get('key', ENDLESS)).resolves.toEqual({ sessions: ['x'] });
    });

    it('overwrites an entry with the life of the later write', async () => {
      await store.set('key', 'old', SHORT_MS);
      await store.set('key', 'new', LONG_MS);
      await afterShortLife();
      await expect(store.get('key', ENDLESS)).resolves.toBe('new');
    });

    it('keeps an entry until the end of its life, and no longer', async () => {
      const began = performance.now();
      await store.set('key', 1, SHORT_MS);
      await untilExpired('key', { timeoutMs: SHORT_MS + 2000, intervalMs: 5 });
      expect(performance.now() - began).toBeGreaterThanOrEqual(SHORT_MS - CLOCK_TOLERANCE_MS);
    });

    it('takes a life of a fraction of a millisecond', async () => {
      await store.set('key', 1, 0.25);
      await untilExpired('key');
    });

    it('keeps keys apart, whatever characters they have', async () => {
      const keys = ['user:1', 'user:10', 'user:*', 'a b', '{a}', '{user:1}:leas', 'ключ'];
      await Promise.all(keys.map((key) => store.set(key, key, LONG_MS)));
      const asked = ['absent', 'a b', ...keys];
      const values = await Promise.all(asked.map((key) => store.get(key, ENDLESS)));
      expect(values).toEqual([undefined, 'a b', ...keys]);
    });
  });

  describe('when an entry is filled', () => {
    it('writes with a standing lease, which works only once', async () => {
      const lease = await store.lease('key', LONG_MS);
      await expect(store.fill('key', lease, { n: 1 }, LONG_MS)).resolves.toBe(true);
      await expect(store.get('key', ENDLESS)).resolves.toEqual({ n: 1 });
      await expect(store.fill('key', lease, { n: 2 }, LONG_MS)).resolves.toBe(false);
      await expect(store.get('key', ENDLESS)).resolves.toEqual({ n: 1 });
    });

    it('gives the entry the life that was asked for', async () => {
      await store.fill('key', await store.lease('key', LONG_MS), 1, SHORT_MS);
      await expect(store.get('key', ENDLESS)).resolves.toBe(1);
      await afterShortLife();
      await expect(store.get('key', ENDLESS)).resolves.toBeUndefined();
    });

    it('refuses a lease that an invalidation voided', async () => {
      const lease = await store.lease('key', LONG_MS);
      await store.delete(['key']);
      await expect(store.fill('key', lease, 'stale', LONG_MS)).resolves.toBe(false);
      await expect(store.get('key', ENDLESS)).resolves.toBeUndefined();
    });

    it('refuses a lease that another reader took over, and accepts the later one', async () => {
      const first = await store.lease('key', LONG_MS);
      const second = await store.lease('key', LONG_MS);
      expect(second).not.toBe(first);
      await expect(store.fill('key', first, 'first', LONG_MS)).resolves.toBe(false);
      await expect(store.get('key', ENDLESS)).resolves.toBeUndefined();
      await expect(store.fill('key', second, 'second', LONG_MS)).resolves.toBe(true);
      await expect(store.get('key', ENDLESS)).resolves.toBe('second');
    });

    it('refuses a lease that has run out', async () => {
      const lease = await store.lease('key', SHORT_MS);
      await afterShortLife();
      await expect(store.fill('key', lease, 'late', LONG_MS)).resolves.toBe(false);
      await expect(store.get('key', ENDLESS)).resolves.toBeUndefined();
    });

    it('refuses a lease of another key, and a lease that was never given', async () => {
      const lease = await store.lease('other', LONG_MS);
      await expect(store.fill('key', lease, 1, LONG_MS)).resolves.toBe(false);
      await expect(store.fill('key', '', 1, LONG_MS)).resolves.toBe(false);
      await expect(store.fill('key', 'made up', 1, LONG_MS)).resolves.toBe(false);
      await expect(store.get('key', ENDLESS)).resolves.toBeUndefined();
    });

    it('refuses a lease that was cleared', async () => {
      const lease = await store.lease('user:1', LONG_MS);
      await store.clear(['user:']);
      await expect(store.fill('user:1', lease, 'stale', LONG_MS)).resolves.toBe(false);
    });

    it('keeps an entry while a lease for its successor is out', async () => {
      await store.set('key', 'old', LONG_MS);
      await store.lease('key', LONG_MS);
      await expect(store.get('key', ENDLESS)).resolves.toBe('old');
    });

    it('lets one of many concurrent readers fill, and none of them after an invalidation', async () => {
      const leases = await Promise.all(Array.from({ length: 50 }, () => store.lease('key', LONG_MS)));
      const fillAll = () =>
        Promise.all(leases.map((lease, index) => store.fill('key', lease, index, LONG_MS)));
      const landed = await fillAll();
      expect(landed.filter(Boolean)).toHaveLength(1);
      await expect(store.get('key', ENDLESS)).resolves.toBe(landed.indexOf(true));
      await store.delete(['key']);
      expect((await fillAll()).some(Boolean)).toBe(false);
      await expect(store.get('key', ENDLESS)).resolves.toBeUndefined();
    });

    it('never lets a fill land after an invalidation that was issued after its lease', async () => {
      for (let round = 0; round < 100; round++) {
        const lease = await store.lease('key', LONG_MS);
        await Promise.all([store.fill('key', lease, round, LONG_MS), store.delete(['key'])]);
        await expect(store.get('key', ENDLESS)).resolves.toBeUndefined();
      }
    });
  });

  describe('when keys are invalidated', () => {
    it('deletes the entries of all named keys, more than a batch, and no others', async () => {
      const keys = Array.from({ length: 1200 }, (_, index) => `user:${index}`);
      await Promise.all([...keys, 'user:x'].map((key) => store.set(key, 1, LONG_MS)));
      await store.delete(keys);
      await expect(store.count(['user:'])).resolves.toEqual([1]);
      await expect(store.get('user:x', ENDLESS)).resolves.toBe(1);
    });

    it('accepts keys without entries, and an empty list', async () => {
      await expect(store.delete(['absent', 'absent'])).resolves.toBeUndefined();
      await expect(store.delete([])).resolves.toBeUndefined();
    });
  });

  describe('when entries are counted and cleared', () => {
    beforeEach(async () => {
      await Promise.all(
        ['user:1', 'user:2', 'blacklist:a', 'users', 'other:user:3'].map((key) => store.set(key, 1, LONG_MS)),
      );
      await store.lease('user:9', LONG_MS);
    });

    it('counts entries by prefix, in the order asked for, and no leases', async () => {
      await expect(store.count(['blacklist:', 'user:', 'nothing:'])).resolves.toEqual([1, 2, 0]);
      await expect(store.count([])).resolves.toEqual([]);
    });

    it('counts no entry whose life has ended', async () => {
      await store.set('user:short', 1, SHORT_MS);
      await expect(store.count(['user:'])).resolves.toEqual([3]);
      await afterShortLife();
      await expect(store.count(['user:'])).resolves.toEqual([2]);
    });

    it('clears the prefixes that are named, and answers how many entries there were', async () => {
      await expect(store.clear(['user:', 'blacklist:'])).resolves.toBe(3);
      await expect(store.count(['user:', 'blacklist:', 'other:', 'users'])).resolves.toEqual([0, 0, 1, 1]);
      await expect(store.clear(['user:'])).resolves.toBe(0);
    });
  });

  it('answers how much memory it uses', async () =>
    expect((await store.info()).memory_used).toMatch(/^\d+(\.\d+)?[BKMG]$/));
}
