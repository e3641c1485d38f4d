import { commonMs, type Trip } from '../../support/machine-watch.js';
import type { Span } from './promise.js';

/** What was measured of the machine. */
export interface MachineRecord {
  readonly halted: readonly Span[];
  readonly trips: readonly Trip[];
}

/**
 * How much of a span this machine took from work of so many trips between processes, in milliseconds: the time in which nothing
 * ran, the mean delay of a trip for each of them, and the longest delay once. 0 on a machine that has nothing else to do.
 */
export function machineMs({ halted, trips }: MachineRecord, span: Span, tripCount: number): number {
  const delays = trips
    .filter(({ from, to }) => from <= span.to && to >= span.from)
    .map(({ delayMs }) => delayMs);
  const haltedMs = commonMs(span, halted);
  if (delays.length === 0) return haltedMs;
  const meanMs = delays.reduce((sum, delayMs) => sum + delayMs, 0) / delays.length;
  return haltedMs + Math.max(...delays) + tripCount * meanMs;
}
