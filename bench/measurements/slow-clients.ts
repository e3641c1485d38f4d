import type { BenchContext } from '../cases/bench-context.js';
import { readCase } from '../cases/read-cases.js';
import { runOpenLoop } from '../load/open-loop.js';
import { SlowConnections } from '../load/slow-connections.js';
import type { LatencySummary } from '../statistics/latencies.js';
import { measureInterleaved } from './interleaved-rounds.js';

const KEYS = ['withoutSlowClients', 'withSlowClients'] as const;
export type SlowClients = Record<(typeof KEYS)[number], LatencySummary[]>;

/**
 * Latency of warm requests at a fixed rate, with and without many connections that send their requests byte by byte.
 * @throws Error when the server closed one of these connections meanwhile
 */
export async function measureSlowClients(context: BenchContext): Promise<SlowClients> {
  const { plan, server } = context;
  const warm = readCase('warm');
  await warm.prepare?.(context);
  const load = { ...plan, measureMs: plan.slowClients.measureMs };
  return measureInterleaved(KEYS, plan.slowClients, async (key) => {
    const count = key === 'withSlowClients' ? plan.slowClients.connections : 0;
    const slow = await SlowConnections.open(server.port, count);
    try {
      await server.waitUntilIdle();
      const latency = await runOpenLoop(server, warm.requests(context), load);
      if (slow.open < count) throw new Error(`${count - slow.open} of ${count} slow connections were closed`);
      return latency;
    } finally {
      slow.close();
      await server.waitUntilIdle();
    }
  });
}
