import { isRejected, type Operation, type OperationKind } from './history.js';
import type { Outcomes } from './outcomes.js';

/**
 * What one value may have been at a time, from the requests that set it. Acknowledged ones must not overlap; nobody knows
 * what became of those without an answer.
 */
export class ValueHistory {
  constructor(
    private readonly initial: string,
    private readonly writes: readonly Operation[],
    private readonly outcomes: Outcomes,
  ) {}

  /**
   * Every value that an answer may hold.
   * @param start when the request began
   * @param end when its answer was there
   * @param instance which answered
   */
  possible(start: number, end: number, instance: number): Set<string> {
    const { outcomes } = this;
    const settled = this.writes
      .filter((write) => outcomes.holdsFrom(write, instance) < start)
      .reduce<Operation | undefined>(
        (last, write) => (last && last.end > write.end ? last : write),
        undefined,
      );
    const since = settled?.start ?? -Infinity;
    const open = this.writes.filter((write) => write.start < end && outcomes.lastEffect(write) >= since);
    return new Set([settled?.sets ?? this.initial, ...open.map((write) => write.sets ?? this.initial)]);
  }
}

/** The histories of one value, by the user that has it. What was rejected wrote nothing. */
export function valuesByUser(
  operations: readonly Operation[],
  kinds: readonly OperationKind[],
  initialOf: (userId: string) => string,
  outcomes: Outcomes,
): Map<string, ValueHistory> {
  const writes = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (!kinds.includes(operation.kind) || isRejected(operation)) continue;
    const known = writes.get(operation.userId);
    if (known) known.push(operation);
    else writes.set(operation.userId, [operation]);
  }
  return new Map(
    [...writes].map(([userId, own]) => [userId, new ValueHistory(initialOf(userId), own, outcomes)]),
  );
}
