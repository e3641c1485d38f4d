import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../test/support/wait-for.js';
import type { BenchServer } from '../stack/bench-server.js';
import { type LatencySummary, summarise } from '../statistics/latencies.js';
import { LoadGenerator } from './load-generator.js';
import type { LoadScript } from './script.js';

const FIRST_RESPONSE = { what: 'the first response', timeoutMs: 20_000 };

export interface ClosedLoopResult extends LatencySummary {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly cpuMicrosecondsPerRequest: number;
  /** Share of one core that the server used, password hashing included. Well below 1, something else limited the load. */
  readonly serverCoreShare: number;
}

export interface MeasureWindow {
  /** Load before the measurement, milliseconds. */
  settleMs: number;
  measureMs: number;
}

/**
 * Sends requests as fast as responses arrive, and measures. A script that is sent once is measured from start to end.
 * @throws Error when any response, also outside the window, has another status than 200 or an unexpected body
 */
export async function runClosedLoop(
  server: BenchServer,
  script: LoadScript,
  { settleMs, measureMs }: MeasureWindow,
): Promise<ClosedLoopResult> {
  let latencies: number[] = [];
  let lastResponseAt = 0;
  let startedAt = performance.now();
  let before = await server.usage();
  const generator = new LoadGenerator(server, script, (latencyMs) => {
    latencies.push(latencyMs);
    lastResponseAt = performance.now();
  });
  if (!script.once) {
    await sleep(settleMs);
    before = await server.usage();
    startedAt = performance.now();
    latencies = [];
  }
  await Promise.race([generator.ended, ...(script.once ? [] : [sleep(measureMs)])]);
  // A quick run on a busy machine may see no login within its short window.
  await Promise.race([generator.ended, waitFor(() => latencies.length > 0, FIRST_RESPONSE)]);
  const after = await server.usage();
  const measured = latencies;
  // Responses from here on are not measured.
  latencies = [];
  const elapsedMs = lastResponseAt - startedAt;
  await generator.stop();
  const cpuMicroseconds = after.cpuMicroseconds - before.cpuMicroseconds;
  return {
    ...summarise(measured),
    requests: measured.length,
    requestsPerSecond: (measured.length * 1000) / elapsedMs,
    cpuMicrosecondsPerRequest: cpuMicroseconds / measured.length,
    serverCoreShare: cpuMicroseconds / (elapsedMs * 1000),
  };
}

/** Sends each request of a script once. @throws Error when a response has another status than 200 or an unexpected body */
export function runToEnd(server: BenchServer, script: LoadScript): Promise<ClosedLoopResult> {
  return runClosedLoop(server, script, { settleMs: 0, measureMs: 0 });
}
