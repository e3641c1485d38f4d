import type { Trip } from '../../support/machine-watch.js';
import type { RecordAfterLoss } from './record-after-loss.js';

/** A span of monotonic milliseconds, ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A span in which something is allowed: on one instance, or on all of them. */
export interface AllowedSpan extends Span {
  /** The number of the instance; all without one. */
  readonly instance?: number;
  /** The instance reads the log all the same, or knows that it does not: changes by SQL apply in time. */
  readonly knowsChanges?: boolean;
}

/** What the design promises for a run: nothing is allowed that no span here names. */
export interface FaultPromise {
  /** When the fault begins; `Infinity` for one that breaks nothing. Answers from before show how long they take while nothing is broken. */
  readonly brokenFrom: number;
  /** PostgreSQL is out of reach: 503 with `Retry-After` may be answered, and answers may be slow. */
  readonly unavailable: AllowedSpan[];
  /** An instance is dead: requests may stay without an answer. */
  readonly unanswered: AllowedSpan[];
  /** An instance is stopped (SIGSTOP): its answers may be slow. */
  readonly stalled: AllowedSpan[];
  /** A transaction that holds locks does not go on: 503 with `Retry-After` may be answered to what writes. */
  readonly locked: AllowedSpan[];
  /** Sessions that are served although PostgreSQL is out of reach. */
  readonly cached: CachedSpan[];
  readonly lost: Loss[];
  /** The machine stalled, and nothing ran: this time counts for no answer. */
  readonly halted: Span[];
  /** How slow the machine was, measured beside the deployment. */
  readonly trips: Trip[];
}

/** The cache has these sessions, and the instance uses it: reads with their tokens are served. */
export interface CachedSpan extends Span {
  readonly instance: number;
  readonly sessionIds: ReadonlySet<string>;
}

/** What was acknowledged in this span may be undone: data of an older moment is used afterwards. */
export interface Loss extends Span {
  /** From when on the older data may be in use. */
  readonly undoneFrom: number;
  /** From when on every instance uses the older data. */
  settledFrom?: number;
  /** What the older data holds; without it, nobody knows what was lost. */
  readonly record?: RecordAfterLoss;
}

export type Allowance = 'unavailable' | 'unanswered' | 'stalled' | 'locked';

/** README: "a revocation is answered within 2 s". */
export const ACKNOWLEDGEMENT_BOUND_MS = 2000;

/** README: "changes by SQL within 1 s", on every instance that reaches PostgreSQL. */
export const SQL_BOUND_MS = 1000;

/** README: "requests that wait for Redis lose 100 ms at most". */
export const REDIS_WAIT_MS = 100;

/** README: "the cache is used again at most 2 s after Redis is back". */
export const RECOVERY_BOUND_MS = 2000;

/** Where nothing was broken, or an instance was dead or had lost PostgreSQL, the README promises a recovery and no time for it. */
export const OTHER_RECOVERY_BOUND_MS = 10_000;

/** The two hashes of a change of the password wait in a line with those of the other clients of the load. */
export const HASHING_MS = 400;

/**
 * Trips between two processes, one after another, that the work takes. Each may take as much longer as the machine took for a trip of
 * the same time. A request waits in each process for those of other clients that came before it: three, as measured.
 */
export const TRIPS = {
  /** Two checks of the caller, BEGIN, three statements, COMMIT, and the deletion in Redis, with and without an answer. */
  change: 4 * 12,
  /** The client, the cache, a lease, a connection, PostgreSQL, and the fill. */
  read: 4 * 6,
  /** The notification, the page of the log, and the deletion in Redis. */
  logReading: 4 * 4,
  /**
   * A connection to Redis, its checks, the replay, and questions for the health, of every instance at once and under load: 300 ms of
   * work, in steps of half a millisecond as a trip has.
   */
  recovery: 600,
} as const;

/** Reads are judged while trips took less than this longer than on an idle machine, on average; else nobody can tell 100 ms. */
export const QUICK_TRIP_MS = 5;

/** How many of the reads may take longer for reasons that no trip has shown: one in a hundred. */
export const UNEXPLAINED_SHARE = 0.01;

/** How often an instance may pause besides: what it has to answer then is late together, and says nothing of a wait for Redis. */
export const UNEXPLAINED_PAUSES = 2;

/** With fewer reads that can be judged, a hundredth of them is none. */
export const FEWEST_JUDGED = 100;

/** The promise for a time in which nothing is broken. */
export const strictPromise = (): FaultPromise => ({
  brokenFrom: -Infinity,
  unavailable: [],
  unanswered: [],
  stalled: [],
  locked: [],
  cached: [],
  lost: [],
  halted: [],
  trips: [],
});

/** Whether any of the spans that concern the instance has a moment in common with the one given. */
export const overlaps = ({ from, to }: Span, spans: readonly AllowedSpan[], instance?: number): boolean =>
  spans.some((span) => concerns(span, instance) && from <= span.to && to >= span.from);

/** Whether a span is about the instance: it names that one, or none. Without an instance, every span is. */
export const concerns = (span: AllowedSpan, instance: number | undefined): boolean =>
  span.instance === undefined || instance === undefined || span.instance === instance;
