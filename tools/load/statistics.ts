import { createHistogram } from 'node:perf_hooks';
import type { Answer } from '../service/service-client.js';

/** Upper bounds of the bars of the histogram, milliseconds. */
const BOUNDS_MS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const;
const MICROSECONDS = 1000;

export interface Bar {
  /** Milliseconds; infinite for the last one. */
  readonly below: number;
  readonly count: number;
}

/** Counts answers and their latencies, in constant memory. */
export class Statistics {
  /** By status and code of the problem, or the reason why there is no answer. */
  readonly verdicts = new Map<string, number>();
  private readonly latencies = createHistogram();
  private readonly counts = new Array<number>(BOUNDS_MS.length + 1).fill(0);

  get answers(): number {
    return this.latencies.count;
  }

  /** Whether every request was answered with 200. */
  get isClean(): boolean {
    return [...this.verdicts.keys()].every((verdict) => verdict === '200');
  }

  /** @param latencyMs from when the request was due to the end of its answer */
  countAnswer({ status, code }: Answer<unknown>, latencyMs: number): void {
    this.count(code === undefined ? String(status) : `${status} ${code}`);
    this.latencies.record(Math.max(1, Math.round(latencyMs * MICROSECONDS)));
    const bar = BOUNDS_MS.findIndex((bound) => latencyMs < bound);
    const index = bar < 0 ? BOUNDS_MS.length : bar;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
  }

  /** A request without an answer. It has no latency. */
  countFailure(reason: string): void {
    this.count(`no answer: ${reason}`);
  }

  /** Milliseconds; 0 without an answer. @param percent 0 to 100, above 0 */
  percentile(percent: number): number {
    return this.answers === 0 ? 0 : this.latencies.percentile(percent) / MICROSECONDS;
  }

  /** Without the empty bars before the first and after the last. */
  bars(): Bar[] {
    const first = this.counts.findIndex((count) => count > 0);
    const last = this.counts.findLastIndex((count) => count > 0);
    return this.counts
      .map((count, index) => ({ below: BOUNDS_MS[index] ?? Infinity, count }))
      .slice(Math.max(0, first), last + 1);
  }

  private count(verdict: string): void {
    this.verdicts.set(verdict, (this.verdicts.get(verdict) ?? 0) + 1);
  }
}
