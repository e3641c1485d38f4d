import type { Deployment } from '../deployment/deployment.js';
import type { Fault } from '../run-fault.js';

const LENGTH_MS = 2500;

/** Redis answers reads and refuses writes. */
export const REFUSED_WRITE_FAULTS: readonly Fault<Deployment>[] = [
  {
    name: 'Redis refuses writes (min-replicas-to-write)',
    run: async ({ deployment: { redis }, load }) => {
      await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
      await load.continueFor(LENGTH_MS);
      await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '0');
      return performance.now();
    },
  },
  {
    name: 'Redis refuses writes (MISCONF, because it cannot save)',
    run: async ({ deployment: { redis }, load }) => {
      await redis.failSaves();
      await expect(redis.cli('SET', 'refused', '1')).rejects.toThrow('MISCONF');
      try {
        await load.continueFor(LENGTH_MS);
      } finally {
        await redis.repairSaves();
      }
      return performance.now();
    },
  },
  {
    name: 'Redis pauses writes (CLIENT PAUSE WRITE)',
    run: async ({ deployment: { redis }, load }) => {
      await redis.cli('CLIENT', 'PAUSE', '60000', 'WRITE');
      await load.continueFor(LENGTH_MS);
      await redis.cli('CLIENT', 'UNPAUSE');
      return performance.now();
    },
  },
];
