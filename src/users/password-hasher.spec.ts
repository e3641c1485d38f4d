import argon2 from '@node-rs/argon2';
import { readdirSync, readFileSync } from 'node:fs';
import { PasswordHasher } from './password-hasher.js';

/** Of `sched(7)`. */
const SCHED_OTHER = 0;
const NICENESS = 5;
const LONG_MS = 20_000;
const IP = '203.0.113.7';

describe('PasswordHasher', () => {
  let hasher: PasswordHasher;
  beforeAll(() => (hasher = new PasswordHasher()));
  afterAll(() => hasher.onApplicationShutdown());

  it('accepts the right password only, and none without a stored hash', async () => {
    const stored = await hasher.hash('correct horse', IP);
    await expect(hasher.verify(stored, 'correct horse', IP)).resolves.toBe(true);
    await expect(hasher.verify(stored, 'correct house', IP)).resolves.toBe(false);
    await expect(hasher.verify(undefined, 'correct horse', IP)).resolves.toBe(false);
    await expect(hasher.verify('no hash', 'correct horse', IP)).resolves.toBe(false);
  });

  it('takes the forms of one Unicode text for the same password', async () => {
    const [composed, decomposed, fullWidth] = ['Zo\u00eb 1234', 'Zoe\u0308 1234', 'Zo\u00eb １２３４'];
    for (const typed of [composed, decomposed, fullWidth]) {
      const stored = await hasher.hash(typed, IP);
      for (const password of [composed, decomposed, fullWidth]) {
        await expect(hasher.verify(stored, password, IP)).resolves.toBe(true);
        await expect(hasher.mustRenew(stored, password, IP)).resolves.toBe(false);
      }
      await expect(hasher.verify(stored, 'Zoe 1234', IP)).resolves.toBe(false);
    }
  });

  it('verifies a hash that was made before passwords were normalised, and finds that it must be renewed', async () => {
    const [composed, decomposed] = ['Zo\u00eb 1234', 'Zoe\u0308 1234'];
    const current = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
    const stored = await argon2.hash(decomposed, current);
    await expect(hasher.verify(stored, decomposed, IP)).resolves.toBe(true);
    await expect(hasher.mustRenew(stored, decomposed, IP)).resolves.toBe(true);
    await expect(hasher.verify(stored, composed, IP)).resolves.toBe(false);
    const ofNormalised = await argon2.hash(composed, current);
    await expect(hasher.mustRenew(ofNormalised, composed, IP)).resolves.toBe(false);
    await expect(hasher.mustRenew(ofNormalised.replace('t=2', 't=1'), composed, IP)).resolves.toBe(true);
  });

  it('counts every character, however many there are', async () => {
    const long = '\ufdfa'.repeat(5000);
    const stored = await hasher.hash(long, IP);
    await expect(hasher.verify(stored, long, IP)).resolves.toBe(true);
    await expect(hasher.verify(stored, `${long}x`, IP)).resolves.toBe(false);
  });

  it('recognises hashes with other parameters', async () => {
    const stored = await hasher.hash('correct horse', IP);
    expect(hasher.isOutdated(stored)).toBe(false);
    expect(hasher.isOutdated(stored.replace('t=2', 't=1'))).toBe(true);
  });

  it('erases the bytes of passwords after their use, also when it fails', async () => {
    const { href } = new URL('./password-hash.worker.mjs', import.meta.url);
    const worker = (await import(href)) as Record<'hash' | 'verify', (task: object) => unknown>;
    const [one, other] = [new TextEncoder().encode('Test1234'), new TextEncoder().encode('Test12345')];
    const passwords = [one, other];
    const digest = worker.hash({ passwords: [one], parameters: { memoryCost: 64 } });
    expect(one).toEqual(new Uint8Array(8));
    expect(worker.verify({ digest, passwords })).toBe(false);
    expect(passwords).toEqual([new Uint8Array(8), new Uint8Array(9)]);
    other.fill(1);
    expect(() => worker.hash({ passwords: [other], parameters: { timeCost: 0 } })).toThrow();
    expect(other).toEqual(new Uint8Array(9));
  });

  it('hashes on threads of a lower priority than the one of the requests, but not of the idle class', async () => {
    const before = new Set(readdirSync('/proc/self/task'));
    const busy = new PasswordHasher();
    try {
      await busy.hash('correct horse', IP);
      const main = priorityOf(String(process.pid));
      const priorities = readdirSync('/proc/self/task')
        .filter((thread) => !before.has(thread))
        .map(priorityOf);
      expect(main.policy).toBe(SCHED_OTHER);
      expect(priorities).toContainEqual({ policy: SCHED_OTHER, niceness: main.niceness + NICENESS });
    } finally {
      await busy.onApplicationShutdown();
    }
  });

  it('takes as long without a stored hash as with one', async () => {
    const stored = await hasher.hash('correct horse', IP);
    const time = async (digest: string | undefined) => {
      const begin = performance.now();
      await hasher.verify(digest, 'another horse', IP);
      return performance.now() - begin;
    };
    // In turns, and the shortest of each: other load on the machine only makes a time longer.
    const times: { known: number; unknown: number }[] = [];
    for (let attempt = 0; attempt < 9; attempt++)
      times.push({ known: await time(stored), unknown: await time(undefined) });
    const shortest = (of: 'known' | 'unknown') => Math.min(...times.map((each) => each[of]));
    expect(shortest('unknown')).toBeGreaterThan(shortest('known') / 3);
  });

  it('serves hashes in the order of their arrival', async () => {
    const served = Array.from({ length: 8 }, () => 0);
    const lane = async (index: number) => {
      while (served.reduce((sum, count) => sum + count) < 64) {
        await hasher.verify('no hash', 'correct horse', IP);
        served[index] = (served[index] ?? 0) + 1;
      }
    };
    await Promise.all(served.map((_, index) => lane(index)));
    expect(Math.min(...served)).toBeGreaterThanOrEqual(6);
  });

  it(
    'refuses hashes while its queue is full, and serves later ones',
    async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 250 }, () => hasher.verify('no hash', 'correct horse', IP)),
      );
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused.length).toBeGreaterThan(0);
      for (const { reason } of refused as PromiseRejectedResult[])
        expect(reason).toMatchObject({ problem: { status: 503, headers: { 'retry-after': '1' } } });
      await expect(hasher.hash('correct horse', IP)).resolves.toMatch(/^\$argon2id\$/);
    },
    LONG_MS,
  );

  it(
    'verifies for an unknown account again once the queue is empty',
    async () => {
      const fresh = new PasswordHasher();
      try {
        const queued = Array.from({ length: 150 }, () => fresh.verify('no hash', 'correct horse', IP));
        const drained = Promise.allSettled(queued);
        await expect(fresh.verify(undefined, 'correct horse', IP)).rejects.toMatchObject({
          problem: { status: 503 },
        });
        await drained;
        await expect(fresh.verify(undefined, 'correct horse', IP)).resolves.toBe(false);
      } finally {
        await fresh.onApplicationShutdown();
      }
    },
    LONG_MS,
  );
});

/** @see proc_pid_stat(5), fields 19 and 41 */
function priorityOf(thread: string): { policy: number; niceness: number } {
  const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { policy: Number(fields[38]), niceness: Number(fields[16]) };
}
