import { checkExchanges, checkPasswordChanges } from './exchange-rules.js';
import { Expectations, type InitialState } from './expectations.js';
import { isAccepted, isAcknowledged, isBySql, isRead, isRefused, type Operation } from './history.js';
import {
  ACKNOWLEDGEMENT_BOUND_MS,
  ACKNOWLEDGEMENT_MARGIN_MS,
  type FaultPromise,
  HASHING_BOUND_MS,
  overlaps,
  TRIPS_OF_A_CHANGE,
} from './promise.js';
import type { Violation } from './violation.js';

/** How far an instance's estimate of PostgreSQL's clock may be off. */
const CLOCK_MARGIN_MS = 250;

export interface CheckResult {
  readonly violations: readonly Violation[];
  /** Requests that began when their session had to be refused. */
  readonly presentedAfterRevocation: number;
  /** How many sessions certainly ended. */
  readonly revocations: number;
  /** Longest time from a request that ends sessions to its acknowledgement, database outages aside. */
  readonly slowestAcknowledgementMs: number;
  /** Longest time between a commit by SQL and the start of an acceptance that contradicts it. */
  readonly worstSqlMs: number;
}

/** Asserts over a whole history what the design promises of every single answer. */
export class HistoryChecker {
  private readonly before: Expectations;
  private readonly after: Expectations;

  constructor(
    private readonly operations: readonly Operation[],
    private readonly promise: FaultPromise,
    initial: InitialState,
  ) {
    this.before = new Expectations(operations, promise, initial, []);
    this.after = new Expectations(operations, promise, initial, promise.lost);
  }

  check(): CheckResult {
    const { operations, promise } = this;
    const violations = operations.flatMap((operation) => [
      ...this.checkAnswer(operation),
      ...this.checkRefusal(operation),
      ...this.checkAcceptance(operation),
      ...this.checkRole(operation),
      ...this.checkPassword(operation),
      ...this.checkLatency(operation),
    ]);
    const late = operations.filter((operation) => this.isPresentedTooLate(operation));
    return {
      violations: [
        ...violations,
        ...checkPasswordChanges(operations, promise.lost),
        ...checkExchanges(operations, promise.lost),
      ],
      presentedAfterRevocation: late.length,
      revocations: this.after.revocations.acknowledgedCount,
      slowestAcknowledgementMs: Math.max(
        0,
        ...operations.filter((each) => this.hasBoundedLatency(each)).map(({ start, end }) => end - start),
      ),
      worstSqlMs: Math.max(0, ...this.sqlDelays()),
    };
  }

  /** What is expected of an answer: once a loss has begun to show, what was acknowledged in it may not hold. */
  private expectationsAt(end: number): Expectations {
    return this.promise.lost.some(({ undoneFrom }) => end >= undoneFrom) ? this.after : this.before;
  }

  /** A server answers, and while PostgreSQL is up without an error. */
  private checkAnswer(operation: Operation): Violation[] {
    const { status, start, end, retryAfter, instance } = operation;
    const time = { from: start, to: end };
    if (isBySql(operation)) return [];
    if (status === 0)
      return overlaps(time, this.promise.unanswered, instance) ? [] : [{ rule: 'no answer', operation }];
    if (status < 500) return [];
    const { unavailable, locked } = this.promise;
    const allowed = isRead(operation) ? unavailable : [...unavailable, ...locked];
    if (status !== 503 || !overlaps(time, allowed, instance)) return [{ rule: 'server error', operation }];
    return retryAfter ? [] : [{ rule: 'no Retry-After', operation }];
  }

  /**
   * A session is refused only if its end had begun, a login only if the account may have been inactive, and either if the password may have
   * been another one.
   */
  private checkRefusal(operation: Operation): Violation[] {
    if (!isRefused(operation) || !this.isLive(operation)) return [];
    return [{ rule: 'false refusal', operation }];
  }

  private isLive({
    sessionId,
    kind,
    userId,
    start,
    end,
    password,
    expiresAt = Infinity,
  }: Operation): boolean {
    const expected = this.expectationsAt(end);
    const passwords = expected.possiblePasswords(userId, start, end);
    const isRight = password === undefined || (passwords.size === 1 && passwords.has(password));
    if (sessionId !== undefined) {
      const isUnexpired = expiresAt - CLOCK_MARGIN_MS > end;
      return isRight && isUnexpired && expected.revocations.begunAt(sessionId) >= end;
    }
    if (kind !== 'login') return true;
    return isRight && !expected.mayBeInactive(userId, start, end);
  }

  private checkAcceptance(operation: Operation): Violation[] {
    if (!isAccepted(operation)) return [];
    const { start, expiresAt = Infinity, sessionId } = operation;
    const expiredMs = start - expiresAt - CLOCK_MARGIN_MS;
    if (expiredMs > 0) return [{ rule: 'accepted after expiry', lateMs: expiredMs, operation }];
    if (!this.isPresentedTooLate(operation)) return [];
    const lateMs = start - this.expectationsAt(operation.end).revocations.refusedFrom(sessionId!);
    return [{ rule: 'accepted after revocation', lateMs, operation }];
  }

  private checkRole(operation: Operation): Violation[] {
    const { role, userId, start, end } = operation;
    if (role === undefined) return [];
    const possible = this.expectationsAt(end).possibleRoles(userId, start, end);
    return possible.has(role) ? [] : [{ rule: 'stale role', operation }];
  }

  /** A login, or a change of the password, succeeds with a password that the account may have. */
  private checkPassword(operation: Operation): Violation[] {
    const { password, userId, start, end } = operation;
    if (password === undefined || !isAcknowledged(operation)) return [];
    const expected = this.expectationsAt(end);
    const possible = expected.possiblePasswords(userId, start, end);
    return possible.has(password) ? [] : [{ rule: 'stale password', operation }];
  }

  private checkLatency(operation: Operation): Violation[] {
    const latencyMs = operation.end - operation.start - this.haltedMs(operation);
    const hashingMs = operation.kind === 'set-password' ? HASHING_BOUND_MS : 0;
    const leastBoundMs = ACKNOWLEDGEMENT_BOUND_MS + ACKNOWLEDGEMENT_MARGIN_MS + hashingMs;
    if (latencyMs <= leastBoundMs || !this.hasBoundedLatency(operation)) return [];
    const readMs = this.slowestReadBeside(operation);
    if (latencyMs <= ACKNOWLEDGEMENT_BOUND_MS + hashingMs + TRIPS_OF_A_CHANGE * readMs) return [];
    const detail = `${latencyMs.toFixed(0)} ms, reads beside it up to ${readMs.toFixed(0)} ms`;
    return [{ rule: 'slow acknowledgement', detail, operation }];
  }

  private hasBoundedLatency(operation: Operation): boolean {
    const { ends } = operation;
    return (
      ends !== undefined && !isBySql(operation) && isAcknowledged(operation) && !this.isExcused(operation)
    );
  }

  /** Nothing promises that an answer of this instance came soon at the time. */
  private isExcused({ start, end, instance }: Operation): boolean {
    const { unavailable, stalled } = this.promise;
    return overlaps({ from: start, to: end }, [...unavailable, ...stalled], instance);
  }

  /** How much of the operation's time the machine stalled. */
  private haltedMs({ start, end }: Operation): number {
    const parts = this.promise.halted.map(({ from, to }) =>
      Math.max(0, Math.min(to, end) - Math.max(from, start)),
    );
    return parts.reduce((sum, part) => sum + part, 0);
  }

  /** The longest time that the same instance took for a read meanwhile; 0 without one. */
  private slowestReadBeside({ start, end, instance }: Operation): number {
    const beside = this.operations.filter(
      (each) =>
        isRead(each) &&
        each.instance === instance &&
        each.start < end &&
        each.end > start &&
        !this.isExcused(each),
    );
    return Math.max(0, ...beside.map((each) => each.end - each.start));
  }

  private isPresentedTooLate({ sessionId, start, end }: Operation): boolean {
    if (sessionId === undefined) return false;
    return this.expectationsAt(end).revocations.refusedFrom(sessionId) < start;
  }

  private sqlDelays(): number[] {
    const ended = new Map(
      this.operations
        .filter((each) => each.kind === 'sql-revoke' && this.after.outcomes.holdsFrom(each) < Infinity)
        .flatMap(({ ends = [], end }) => ends.map((id) => [id, end] as const)),
    );
    return this.operations
      .filter((each) => isAccepted(each) && each.sessionId !== undefined && ended.has(each.sessionId))
      .map(({ start, sessionId }) => start - ended.get(sessionId!)!);
  }
}
