import type { SmallFileSystem } from '../../support/files/small-file-system.js';
import { waitFor } from '../../support/wait-for.js';
import type { Deployment } from '../deployment/deployment.js';
import type { Fault } from '../run-fault.js';

const LENGTH_MS = 3000;
/** A server that was stopped by a full disk is started again once there is room. */
const RESTART_TIMEOUT_MS = 10_000;

/** PostgreSQL can write nothing: neither rows nor its log. */
export const fullPostgresDisk = (disk: SmallFileSystem): Fault<Deployment> => ({
  name: "PostgreSQL's disk is full",
  allows: ['unavailable'],
  run: async ({ deployment: { postgres }, load }) => {
    await disk.fill();
    try {
      await waitFor(() => /No space left on device/.test(postgres.output), {
        what: 'PostgreSQL to meet the full disk',
        timeoutMs: 3 * LENGTH_MS,
      });
      await load.continueFor(LENGTH_MS);
    } finally {
      await disk.free();
    }
    const answers = async () => {
      if (!postgres.running) await postgres.restart();
      return (await postgres.query('SELECT 1')).length === 1;
    };
    await waitFor(answers, { what: 'PostgreSQL to answer again', timeoutMs: RESTART_TIMEOUT_MS });
    return performance.now();
  },
});

/** Redis cannot append to its file: it answers reads, and refuses writes (MISCONF). */
export const fullRedisDisk = (disk: SmallFileSystem): Fault<Deployment> => ({
  name: "the disk of Redis' append-only file is full",
  run: async ({ deployment: { redis }, load }) => {
    await disk.fill();
    try {
      const isRefused = () =>
        redis.cli('SET', 'fault-test', 'x').then(
          () => false,
          (error: unknown) => String(error).includes('MISCONF'),
        );
      await waitFor(isRefused, { what: 'Redis to refuse writes' });
      await load.continueFor(LENGTH_MS);
    } finally {
      await disk.free();
    }
    return performance.now();
  },
});
