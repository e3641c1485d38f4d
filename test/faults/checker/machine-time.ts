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
  const delays = delaysIn(trips, span);
  return commonMs(span, halted) + Math.max(0, ...delays) + tripCount * mean(delays);
}

/** The mean delay of the trips of a span; 0 without one. */
export const meanDelayMs = ({ trips }: MachineRecord, span: Span): number => mean(delaysIn(trips, span));

const delaysIn = (trips: readonly Trip[], span: Span): number[] =>
  trips.filter(({ from, to }) => from <= span.to && to >= span.from).map(({ delayMs }) => delayMs);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
