import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchServer } from '../stack/bench-server.js';
import { type LatencySummary, summarise } from '../statistics/latencies.js';
import type { MeasureWindow } from './closed-loop.js';
import { OpenLoopConnection } from './open-loop-connection.js';
import type { ReadRequest } from './script.js';

const TICK_MS = 1;
const MAX_LATENCY_MS = 10_000;
const CONNECTIONS = 128;

/**
 * Sends requests at a fixed rate, whether or not responses arrive. A latency counts from the time at which the request was
 * due, so requests that wait for a free connection count in full.
 * @throws Error when a response is missing, has another status than 200, or has an unexpected body
 */
export async function runOpenLoop(
  server: BenchServer,
  requests: readonly ReadRequest[],
  { requestsPerSecond, settleMs, measureMs }: MeasureWindow & { requestsPerSecond: number },
): Promise<LatencySummary> {
  const requestsIn = (ms: number) => Math.floor((ms * requestsPerSecond) / 1000);
  const total = requestsIn(settleMs + measureMs);
  const dispatcher = await Dispatcher.connect(server.port);
  try {
    const startedAt = performance.now();
    const deadline = startedAt + settleMs + measureMs + MAX_LATENCY_MS;
    let sent = 0;
    while (dispatcher.responses < total) {
      const now = performance.now();
      if (now > deadline) throw new Error(`${total - dispatcher.responses} requests without a response`);
      const due = Math.min(total, requestsIn(now - startedAt));
      dispatcher.dispatch(Array.from({ length: due - sent }, () => requests[sent++ % requests.length]));
      await sleep(TICK_MS);
    }
    return summarise(dispatcher.latencies.slice(requestsIn(settleMs)));
  } finally {
    dispatcher.close();
  }
}

/** Sends requests over free connections, and queues the others. */
class Dispatcher {
  /** Milliseconds, in the order of the responses. */
  readonly latencies: number[] = [];
  private readonly queue: { request: ReadRequest; dueAt: number }[] = [];
  private connections: OpenLoopConnection[] = [];
  private readonly free: OpenLoopConnection[] = [];
  private failure: Error | undefined;

  static async connect(port: number): Promise<Dispatcher> {
    const dispatcher = new Dispatcher();
    const opening = Array.from({ length: CONNECTIONS }, () =>
      OpenLoopConnection.open(port, (connection, result) => dispatcher.onResult(connection, result)),
    );
    dispatcher.connections = await Promise.all(opening);
    dispatcher.free.push(...dispatcher.connections);
    return dispatcher;
  }

  /** The number of correct responses. @throws Error of the first wrong response */
  get responses(): number {
    if (this.failure !== undefined) throw this.failure;
    return this.latencies.length;
  }

  dispatch(requests: readonly (ReadRequest | undefined)[]): void {
    const dueAt = performance.now();
    for (const request of requests) if (request !== undefined) this.queue.push({ request, dueAt });
    this.sendQueued();
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  private onResult(connection: OpenLoopConnection, result: number | Error): void {
    if (result instanceof Error) this.failure ??= result;
    else this.latencies.push(result);
    this.free.push(connection);
    this.sendQueued();
  }

  private sendQueued(): void {
    for (let next = this.queue[0]; next !== undefined; next = this.queue[0]) {
      const connection = this.free.pop();
      if (connection === undefined) return;
      this.queue.shift();
      connection.send(next.request, next.dueAt);
    }
  }
}
