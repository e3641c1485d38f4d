import { Expectations, type InitialState } from './expectations.js';
import type { Operation } from './history.js';
import type { FaultPromise } from './promise.js';

/** What is expected of answers before, while and after data is lost. */
export class TimedExpectations {
  private readonly before: Expectations;
  /** What was acknowledged in a loss may or may not hold. */
  readonly meanwhile: Expectations;
  /** Once every instance uses the older data, answers are what that holds. */
  readonly after: Expectations;

  /** @param sqlBoundMs how long after its commit a change by SQL may be unknown, if not the promised time */
  constructor(
    operations: readonly Operation[],
    private readonly promise: FaultPromise,
    initial: InitialState,
    sqlBoundMs?: number,
  ) {
    const { lost } = promise;
    const unknown = lost.map(({ from, to, undoneFrom }) => ({ from, to, undoneFrom }));
    this.before = new Expectations(operations, promise, initial, [], sqlBoundMs);
    this.meanwhile = new Expectations(operations, promise, initial, unknown, sqlBoundMs);
    this.after = new Expectations(operations, promise, initial, lost, sqlBoundMs);
  }

  /** Once a loss has begun to show, what was acknowledged in it may not hold. */
  for({ start, end }: Operation): Expectations {
    const { lost } = this.promise;
    if (lost.some(({ settledFrom = Infinity }) => start >= settledFrom)) return this.after;
    return lost.some(({ undoneFrom }) => end >= undoneFrom) ? this.meanwhile : this.before;
  }
}
