/** A span of monotonic milliseconds, ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A span in which something is allowed: on one instance, or on all of them. */
export interface AllowedSpan extends Span {
  /** The number of the instance; all without one. */
  readonly instance?: number;
}

/** What the design promises for a run: nothing is allowed that no span here names. */
export interface FaultPromise {
  /** PostgreSQL is out of reach: 503 with `Retry-After` may be answered, and answers may be slow. */
  readonly unavailable: AllowedSpan[];
  /** An instance is dead: requests may stay without an answer. */
  readonly unanswered: AllowedSpan[];
  /** An instance is stopped (SIGSTOP): its answers may be slow. */
  readonly stalled: AllowedSpan[];
  /** A transaction that holds locks does not go on: 503 with `Retry-After` may be answered to what writes. */
  readonly locked: AllowedSpan[];
  readonly lost: Loss[];
  /** The machine stalled, and nothing ran: this time counts for no answer. */
  readonly halted: Span[];
}

/** What was acknowledged in this span may be undone: data of an older moment is used afterwards. */
export interface Loss extends Span {
  /** From when on the older data may be in use. */
  readonly undoneFrom: number;
}

export type Allowance = 'unavailable' | 'unanswered' | 'stalled' | 'locked';

/** How long an acknowledgement may take on a machine that has nothing else to do. */
export const ACKNOWLEDGEMENT_BOUND_MS = 2000;

/** How much longer it may take at any time. */
export const ACKNOWLEDGEMENT_MARGIN_MS = 1000;

/**
 * How many times as long as the slowest read of the same time it may take beside the promised wait: a change reads, begins a
 * transaction, writes, commits and deletes. So a machine that stalls is not taken for a slow acknowledgement.
 */
export const TRIPS_OF_A_CHANGE = 4;

/** How much longer a change of the password may take: its two hashes wait in a line with those of logins. */
export const HASHING_BOUND_MS = 1500;

/** How long after its commit a change by SQL may be unknown to an instance. */
export const SQL_BOUND_MS = 2000;

/** The promise for a time in which nothing is broken. */
export const strictPromise = (): FaultPromise => ({
  unavailable: [],
  unanswered: [],
  stalled: [],
  locked: [],
  lost: [],
  halted: [],
});

/** Whether any of the spans that concern the instance has a moment in common with the one given. */
export const overlaps = ({ from, to }: Span, spans: readonly AllowedSpan[], instance?: number): boolean =>
  spans.some((span) => concerns(span, instance) && from <= span.to && to >= span.from);

const concerns = (span: AllowedSpan, instance: number | undefined): boolean =>
  span.instance === undefined || instance === undefined || span.instance === instance;
