import type { Fault } from './drill.js';
import type { House } from './house.js';
import { ROLLBACK_FAULTS } from './rollback-faults.js';

const POLICIES = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
];

/** What can happen to the one Redis that all instances share. */
export const REDIS_FAULTS: readonly Fault<House>[] = [
  {
    name: 'Redis kill -9, back empty',
    play: async ({ house, load }) => {
      await house.redis.kill9();
      await load.lasts(1500);
      await house.redis.restart({ keepData: false });
      return performance.now();
    },
  },
  ...ROLLBACK_FAULTS,
  {
    name: 'FLUSHALL in the middle of reads',
    play: async ({ house, load }) => {
      for (let round = 0; round < 15; round++) {
        await house.redis.cli('FLUSHALL');
        await load.lasts(150);
      }
      return performance.now();
    },
  },
  {
    name: 'Redis frozen for 5 s (SIGSTOP)',
    play: async ({ house, load }) => {
      house.redis.freeze();
      await load.lasts(5000);
      house.redis.thaw();
      return performance.now();
    },
  },
  {
    name: 'CLIENT KILL storm',
    play: async ({ house, load }) => {
      for (let round = 0; round < 20; round++) {
        await house.redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
        await load.lasts(120);
      }
      return performance.now();
    },
  },
  ...POLICIES.map(fullMemory),
];

function fullMemory(policy: string): Fault<House> {
  return {
    name: `1 MB maxmemory, ${policy}`,
    play: async ({ house, load }) => {
      await house.redis.cli('CONFIG', 'SET', 'maxmemory', '1mb', 'maxmemory-policy', policy);
      await load.lasts(1000);
      await house.redis.cli('CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
      return performance.now();
    },
  };
}
