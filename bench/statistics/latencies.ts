import { quantile } from './spread.js';

export interface LatencySummary {
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** @param latenciesMs not empty */
export function summarise(latenciesMs: readonly number[]): LatencySummary {
  const sorted = Float64Array.from(latenciesMs).sort();
  return { medianMs: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) };
}
