import { isAcknowledged, lastEffect, type Operation } from './history.js';

/**
 * What one value may have been at a time, from the requests that set it. Acknowledged ones must not overlap; nobody knows
 * what became of the others.
 */
export class ValueHistory {
  constructor(
    private readonly initial: string,
    private readonly writes: readonly Operation[],
  ) {}

  /**
   * Every value that an answer may truly tell.
   * @param start when the request began
   * @param end when its answer was there
   * @param lagMs for how long after an acknowledged write the value before it may still be told
   */
  possible(start: number, end: number, lagMs: (acknowledgedAt: number) => number): Set<string> {
    const settled = this.writes
      .filter((write) => isAcknowledged(write) && write.end + lagMs(write.end) < start)
      .reduce<Operation | undefined>(
        (last, write) => (last && last.end > write.end ? last : write),
        undefined,
      );
    const since = settled?.start ?? -Infinity;
    const open = this.writes.filter((write) => write.start < end && lastEffect(write) >= since);
    return new Set([settled?.sets ?? this.initial, ...open.map((write) => write.sets ?? this.initial)]);
  }
}
