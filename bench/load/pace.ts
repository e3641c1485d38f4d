import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchServer } from '../stack/bench-server.js';
import { type LatencySummary, summarise } from '../statistics/latencies.js';
import type { ReadRequest } from './script.js';

const TICK_MS = 1;
const REQUEST_TIMEOUT_MS = 10_000;

export interface Pace {
  requestsPerSecond: number;
  durationMs: number;
  settleMs: number;
}

/**
 * Sends at a fixed rate whether or not answers come (an open loop), and takes each latency from the moment of sending:
 * requests that a slow server would hold back are sent and counted all the same.
 * @throws Error when an answer is not 200 with the expected body
 */
export async function pace(
  server: BenchServer,
  requests: readonly ReadRequest[],
  { requestsPerSecond, durationMs, settleMs }: Pace,
): Promise<LatencySummary> {
  const agent = new Agent({ keepAlive: true, maxSockets: 512 });
  const latencies: Promise<number>[] = [];
  const startedAt = performance.now();
  let sent = 0;
  let elapsedMs = 0;
  try {
    while (elapsedMs < settleMs + durationMs) {
      const due = Math.floor((elapsedMs / 1000) * requestsPerSecond) - sent;
      const batch = Array.from({ length: due }, () => ask(server, requests[sent++ % requests.length], agent));
      // Awaited at the end; until then a failure must not count as unhandled.
      for (const latency of batch) latency.catch(() => undefined);
      if (elapsedMs >= settleMs) latencies.push(...batch);
      await sleep(TICK_MS);
      elapsedMs = performance.now() - startedAt;
    }
    return summarise(await Promise.all(latencies));
  } finally {
    agent.destroy();
  }
}

async function ask(server: BenchServer, wanted: ReadRequest | undefined, agent: Agent): Promise<number> {
  if (wanted === undefined) throw new RangeError('nothing to send');
  const sentAt = performance.now();
  const { status, body } = await send(server, wanted, agent);
  const latencyMs = performance.now() - sentAt;
  if (status !== 200 || body !== wanted.expected) throw new Error(`wrong answer: ${status} ${body}`);
  return latencyMs;
}

function send(
  server: BenchServer,
  { path, headers }: ReadRequest,
  agent: Agent,
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: server.port,
      path,
      headers,
      agent,
      timeout: REQUEST_TIMEOUT_MS,
    };
    const outgoing = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, body }));
      response.on('error', reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', reject);
    outgoing.end();
  });
}
