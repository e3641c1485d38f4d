/** A span of monotonic milliseconds, ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What the design promises for a run: nothing is forgiven that no span here names. */
export interface FaultPromise {
  /**
   * Only some of the instances trust Redis then: revocations acknowledged then may take up to {@link LAG_BOUND_MS} to
   * reach those. All others take no time.
   */
  readonly lag: Span[];
  /** PostgreSQL is out of reach then: 503 with `Retry-After` may be answered. */
  readonly unavailable: Span[];
  /** An instance is dead then: requests may stay without an answer. */
  readonly unanswered: Span[];
}

export type Allowance = keyof FaultPromise;

export const LAG_BOUND_MS = 2000;

/** The promise for a time in which nothing is broken. */
export const strictPromise = (): FaultPromise => ({ lag: [], unavailable: [], unanswered: [] });

/** Whether any of the spans has a moment in common with the one given. */
export const overlaps = ({ from, to }: Span, spans: readonly Span[]): boolean =>
  spans.some((span) => from <= span.to && to >= span.from);
