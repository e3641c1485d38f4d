import type { BenchContext } from '../cases/bench-context.js';
import { readCase, type ReadKey } from '../cases/read-cases.js';
import { runOpenLoop } from '../load/open-loop.js';
import type { LatencySummary } from '../statistics/latencies.js';
import { measureInterleaved } from './interleaved-rounds.js';

export const LATENCY_CASES = ['open', 'guarded', 'warm', 'down', 'tutorial', 'database'] as const;
export type LatencyKey = (typeof LATENCY_CASES)[number] & ReadKey;

/** Latency at a fixed rate that every case can serve. */
export function measureLatency(context: BenchContext): Promise<Record<LatencyKey, LatencySummary[]>> {
  const { plan, server } = context;
  const load = { ...plan, measureMs: plan.latency.measureMs };
  return measureInterleaved(LATENCY_CASES, plan.latency, async (key) => {
    const found = readCase(key);
    await found.prepare?.(context);
    try {
      return await runOpenLoop(server, found.requests(context), load);
    } finally {
      await found.restore?.(context);
    }
  });
}
