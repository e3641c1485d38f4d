import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchServer } from '../stack/bench-server.js';
import { type LatencySummary, summarise } from '../statistics/latencies.js';
import { type Answer, PacedConnection } from './paced-connection.js';
import type { ReadRequest } from './script.js';

const TICK_MS = 1;
const LONGEST_ANSWER_MS = 10_000;
const CONNECTIONS = 128;

export interface Pace {
  requestsPerSecond: number;
  durationMs: number;
  settleMs: number;
}

/**
 * Sends at a fixed rate whether or not answers come (an open loop), and takes each latency from the moment when it was the
 * request's turn: those that a slow server holds back count all the same.
 * @throws Error when an answer is not 200 with the expected body, or does not come
 */
export async function pace(
  server: BenchServer,
  requests: readonly ReadRequest[],
  { requestsPerSecond, durationMs, settleMs }: Pace,
): Promise<LatencySummary> {
  const count = (ms: number) => Math.floor((ms * requestsPerSecond) / 1000);
  const total = count(settleMs + durationMs);
  const dispatcher = await Dispatcher.connect(server.port);
  try {
    const startedAt = performance.now();
    const givenUpAt = startedAt + settleMs + durationMs + LONGEST_ANSWER_MS;
    let due = 0;
    while (dispatcher.answered < total) {
      const now = performance.now();
      if (now > givenUpAt) throw new Error(`${total - dispatcher.answered} requests without an answer`);
      const until = Math.min(total, count(now - startedAt));
      dispatcher.dispatch(Array.from({ length: until - due }, () => requests[due++ % requests.length]));
      await sleep(TICK_MS);
    }
    return summarise(dispatcher.latencies.slice(count(settleMs)));
  } finally {
    dispatcher.close();
  }
}

/** Hands requests to connections that are free, and keeps the others in line. */
class Dispatcher {
  /** Milliseconds, in the order of the answers. */
  readonly latencies: number[] = [];
  private readonly line: { request: ReadRequest; since: number }[] = [];
  private connections: PacedConnection[] = [];
  private readonly free: PacedConnection[] = [];
  private failure: Error | undefined;

  static async connect(port: number): Promise<Dispatcher> {
    const dispatcher = new Dispatcher();
    const opening = Array.from({ length: CONNECTIONS }, () =>
      PacedConnection.open(port, (connection, answer) => dispatcher.take(connection, answer)),
    );
    dispatcher.connections = await Promise.all(opening);
    dispatcher.free.push(...dispatcher.connections);
    return dispatcher;
  }

  /** @throws Error of the first answer that was wrong */
  get answered(): number {
    if (this.failure !== undefined) throw this.failure;
    return this.latencies.length;
  }

  dispatch(requests: readonly (ReadRequest | undefined)[]): void {
    const since = performance.now();
    for (const request of requests) if (request !== undefined) this.line.push({ request, since });
    this.advance();
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  private take(connection: PacedConnection, answer: Answer): void {
    if (answer instanceof Error) this.failure ??= answer;
    else this.latencies.push(answer);
    this.free.push(connection);
    this.advance();
  }

  private advance(): void {
    for (let next = this.line[0]; next !== undefined; next = this.line[0]) {
      const connection = this.free.pop();
      if (connection === undefined) return;
      this.line.shift();
      connection.send(next.request, next.since);
    }
  }
}
