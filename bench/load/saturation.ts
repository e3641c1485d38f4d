import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchServer } from '../stack/bench-server.js';
import { type LatencySummary, summarise } from '../statistics/latencies.js';
import { Cannon } from './cannon.js';
import type { LoadScript } from './script.js';

export interface Saturation extends LatencySummary {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly cpuMicrosecondsPerRequest: number;
  /** Share of one core that the server used, hashing included: near 1, or the server was not what limited the load. */
  readonly serverCoreShare: number;
}

/** The part of a load that is measured; a script that is sent once is measured as a whole. */
export interface Window {
  settleMs: number;
  measureMs: number;
}

/**
 * Sends as fast as the answers come, and measures.
 * @throws Error when any answer of the whole load, also outside the window, is not 200 with the expected body
 */
export async function saturate(
  server: BenchServer,
  script: LoadScript,
  { settleMs, measureMs }: Window,
): Promise<Saturation> {
  let latencies: number[] = [];
  let lastAt = 0;
  const startedAt = performance.now();
  const before = await server.usage();
  const cannon = new Cannon(server, script, (latencyMs) => {
    latencies.push(latencyMs);
    lastAt = performance.now();
  });
  let window = { startedAt, before };
  if (!script.once) {
    await sleep(settleMs);
    window = { before: await server.usage(), startedAt: performance.now() };
    latencies = [];
  }
  await Promise.race([cannon.ended, ...(script.once ? [] : [sleep(measureMs)])]);
  const after = await server.usage();
  const measured = latencies;
  latencies = [];
  const elapsedMs = lastAt - window.startedAt;
  await cannon.cease();
  const cpuMicroseconds = after.cpuMicroseconds - window.before.cpuMicroseconds;
  return {
    ...summarise(measured),
    requests: measured.length,
    requestsPerSecond: (measured.length * 1000) / elapsedMs,
    cpuMicrosecondsPerRequest: cpuMicroseconds / measured.length,
    serverCoreShare: cpuMicroseconds / (elapsedMs * 1000),
  };
}
