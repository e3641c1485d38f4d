import { isAcknowledged, isBySql, isRefused, isTheft, type Operation } from './history.js';
import { machineMs } from './machine-time.js';
import { concerns, type FaultPromise, type Loss, overlaps, SQL_BOUND_MS, TRIPS } from './promise.js';

/** How long after a request was given up it may still take effect: the server may have been frozen with it. */
const LATE_EFFECT_MS = 15_000;

/** What is known of the changes that requests were to make. */
export class Outcomes {
  /** By operation and instance, as many answers ask for the same. */
  private readonly applied = new Map<Operation, Map<number | undefined, number>>();

  /**
   * @param lost what was acknowledged in these spans may not have been made
   * @param sqlBoundMs how long after its commit a change by SQL may be unknown
   */
  constructor(
    private readonly promise: FaultPromise,
    private readonly lost: readonly Loss[],
    private readonly sqlBoundMs = SQL_BOUND_MS,
  ) {}

  /**
   * From when on the change holds; `Infinity` when nobody knows whether it was made.
   * @param instance where; on every instance without one
   */
  holdsFrom(operation: Operation, instance?: number): number {
    if (!isDone(operation) || this.isLost(operation)) return Infinity;
    return isBySql(operation) ? this.appliedBy(operation, instance) : operation.end;
  }

  /** When the change was made at the latest, if it was made at all. */
  lastEffect(operation: Operation): number {
    return isAcknowledged(operation) ? operation.end : operation.end + LATE_EFFECT_MS;
  }

  /** Whether what the operation did may have been undone. */
  isLost({ start, end }: Operation): boolean {
    return overlaps({ from: start, to: end }, this.lost);
  }

  /** The record of a loss that tells whether the operation, which was over before, was undone. */
  recordOf(operation: Operation): Loss['record'] {
    const { start, end } = operation;
    const losses = this.lost.filter((loss) => overlaps({ from: start, to: end }, [loss]));
    const [loss] = losses;
    return losses.length === 1 && isDone(operation) && end < loss!.undoneFrom ? loss!.record : undefined;
  }

  private appliedBy(operation: Operation, instance: number | undefined): number {
    const known = this.applied.get(operation) ?? new Map<number | undefined, number>();
    this.applied.set(operation, known);
    const computed = known.get(instance) ?? this.boundOf(operation.end, instance);
    known.set(instance, computed);
    return computed;
  }

  /** An instance that does not reach PostgreSQL learns of a change by SQL when it is back. */
  private boundOf(committedAt: number, instance: number | undefined): number {
    const span = { from: committedAt, to: committedAt + this.sqlBoundMs };
    const bound = span.to + machineMs(this.promise, span, TRIPS.logReading);
    const outages = this.promise.unavailable.filter(
      (each) =>
        each.knowsChanges !== true &&
        concerns(each, instance) &&
        overlaps({ from: committedAt, to: bound }, [each]),
    );
    return Math.max(bound, ...outages.map(({ to }) => to));
  }
}

/** An old refresh token ends its session by being refused. */
const isDone = (operation: Operation): boolean =>
  isTheft(operation) ? isRefused(operation) : isAcknowledged(operation);
