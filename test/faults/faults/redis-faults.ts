import type { Fault } from '../run-fault.js';
import type { Deployment } from '../deployment/deployment.js';
import { ROLLBACK_FAULTS } from './rollback-faults.js';

const POLICIES = ['noeviction', 'allkeys-lru', 'volatile-ttl'];

/** What can happen to the one Redis that all instances share. */
export const REDIS_FAULTS: readonly Fault<Deployment>[] = [
  {
    name: 'Redis killed (kill -9) and back without data',
    load: { endsEverybody: true },
    run: async ({ deployment, load }) => {
      await deployment.redis.kill9();
      await load.continueFor(1500);
      await deployment.redis.restart({ keepData: false });
      return performance.now();
    },
  },
  ...ROLLBACK_FAULTS,
  {
    name: 'FLUSHALL in the middle of reads',
    load: { endsEverybody: true },
    run: async ({ deployment, load }) => {
      for (let round = 0; round < 15; round++) {
        await deployment.redis.cli('FLUSHALL');
        await load.continueFor(150);
      }
      return performance.now();
    },
  },
  {
    name: 'Redis frozen for 5 s (SIGSTOP)',
    load: { endsEverybody: true },
    run: async ({ deployment, load }) => {
      deployment.redis.freeze();
      await load.continueFor(5000);
      deployment.redis.thaw();
      return performance.now();
    },
  },
  {
    name: 'all Redis connections closed again and again (CLIENT KILL)',
    run: async ({ deployment, load }) => {
      for (let round = 0; round < 20; round++) {
        await deployment.redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
        await load.continueFor(120);
      }
      return performance.now();
    },
  },
  ...POLICIES.map(fullMemory),
];

function fullMemory(policy: string): Fault<Deployment> {
  return {
    name: `Redis with 1 MB of memory (${policy})`,
    run: async ({ deployment, load }) => {
      await deployment.redis.cli('CONFIG', 'SET', 'maxmemory', '1mb', 'maxmemory-policy', policy);
      await load.continueFor(1000);
      await deployment.redis.cli('CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
      return performance.now();
    },
  };
}
