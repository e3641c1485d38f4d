import { readdirSync, readFileSync } from 'node:fs';
import { PasswordHasher } from './password-hasher.service.js';

/** Of `sched(7)`. */
const SCHED_OTHER = 0;
const SCHED_IDLE = 5;

const LONG_MS = 20_000;

describe('PasswordHasher', () => {
  let hasher: PasswordHasher;
  beforeAll(() => (hasher = new PasswordHasher()));
  afterAll(() => hasher.onApplicationShutdown());

  it('tells the right password from others, and from none', async () => {
    const stored = await hasher.hash('correct horse');
    await expect(hasher.verify(stored, 'correct horse')).resolves.toBe(true);
    await expect(hasher.verify(stored, 'correct house')).resolves.toBe(false);
    await expect(hasher.verify(undefined, 'correct horse')).resolves.toBe(false);
    await expect(hasher.verify('no hash', 'correct horse')).resolves.toBe(false);
  });

  it('knows hashes of other parameters', async () => {
    const stored = await hasher.hash('correct horse');
    expect(hasher.isOutdated(stored)).toBe(false);
    expect(hasher.isOutdated(stored.replace('t=2', 't=1'))).toBe(true);
  });

  it('hashes on threads that run when no other wants the core', async () => {
    const before = new Set(readdirSync('/proc/self/task'));
    const busy = new PasswordHasher();
    try {
      await busy.hash('correct horse');
      const policies = readdirSync('/proc/self/task')
        .filter((thread) => !before.has(thread))
        .map(policyOf);
      expect(policies).toContain(SCHED_IDLE);
      expect(policyOf(String(process.pid))).toBe(SCHED_OTHER);
    } finally {
      await busy.onApplicationShutdown();
    }
  });

  it('serves those who wait before those who come again', async () => {
    const served = Array.from({ length: 8 }, () => 0);
    const lane = async (index: number) => {
      while (served.reduce((sum, count) => sum + count) < 64) {
        await hasher.verify('no hash', 'correct horse');
        served[index] = (served[index] ?? 0) + 1;
      }
    };
    await Promise.all(served.map((_, index) => lane(index)));
    expect(Math.min(...served)).toBeGreaterThanOrEqual(6);
  });

  it(
    'refuses more than it can keep in line, and goes on',
    async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 250 }, () => hasher.verify('no hash', 'correct horse')),
      );
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused.length).toBeGreaterThan(0);
      for (const { reason } of refused as PromiseRejectedResult[])
        expect(reason).toMatchObject({ problem: { status: 503, headers: { 'retry-after': '1' } } });
      await expect(hasher.hash('correct horse')).resolves.toMatch(/^\$argon2id\$/);
    },
    LONG_MS,
  );
});

/** @see proc_pid_stat(5), field 41 */
function policyOf(thread: string): number {
  const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);
}
