import { readCase, type ReadKey } from '../cases/read-cases.js';
import type { World } from '../cases/world.js';
import { pace } from '../load/pace.js';
import type { LatencySummary } from '../statistics/latencies.js';
import { inTurns } from './rounds.js';

export const PACED_CASES = ['open', 'guarded', 'warm', 'down', 'tutorial', 'database'] as const;
export type PacedKey = (typeof PACED_CASES)[number] & ReadKey;

/** Latency at a fixed moderate rate, which every case can keep up with. */
export function measurePacedLatency(world: World): Promise<Record<PacedKey, LatencySummary[]>> {
  const { plan, server } = world;
  return inTurns(PACED_CASES, { rounds: plan.pacedRounds, warmUpRounds: 0 }, async (key) => {
    const found = readCase(key);
    await found.prepare?.(world);
    try {
      return await pace(server, found.requests(world), {
        requestsPerSecond: plan.pacedRequestsPerSecond,
        durationMs: plan.pacedMs,
        settleMs: plan.settleMs,
      });
    } finally {
      await found.restore?.(world);
    }
  });
}
