import { isAcknowledged, isBySql, isRefused, isTheft, type Operation } from './history.js';
import { type FaultPromise, overlaps, type Span, SQL_BOUND_MS } from './promise.js';

/** How long after a request was given up it may still take effect: the server may have been frozen with it. */
const LATE_EFFECT_MS = 15_000;

/** What is known of the changes that requests were to make. */
export class Outcomes {
  /** @param lost what was acknowledged in these spans may not have been made */
  constructor(
    private readonly promise: FaultPromise,
    private readonly lost: readonly Span[],
  ) {}

  /** From when on the change holds on every instance; `Infinity` when nobody knows whether it was made. */
  holdsFrom(operation: Operation): number {
    if (!isDone(operation) || this.isLost(operation)) return Infinity;
    return isBySql(operation) ? this.appliedBy(operation.end) : operation.end;
  }

  /** When the change was made at the latest, if it was made at all. */
  lastEffect(operation: Operation): number {
    return isAcknowledged(operation) ? operation.end : operation.end + LATE_EFFECT_MS;
  }

  /** Whether what the operation did may have been undone. */
  isLost({ start, end }: Operation): boolean {
    return overlaps({ from: start, to: end }, this.lost);
  }

  /** While instances do not reach PostgreSQL, they learn of a change by SQL when they are back. */
  private appliedBy(committedAt: number): number {
    const bound = committedAt + SQL_BOUND_MS;
    const outages = this.promise.unavailable.filter((span) =>
      overlaps({ from: committedAt, to: bound }, [span]),
    );
    return Math.max(bound, ...outages.map(({ to }) => to));
  }
}

/** An old refresh token ends its session by being refused. */
const isDone = (operation: Operation): boolean =>
  isTheft(operation) ? isRefused(operation) : isAcknowledged(operation);
