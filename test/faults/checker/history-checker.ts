import { checkExchanges, checkPasswordChanges } from './exchange-rules.js';
import type { InitialState } from './expectations.js';
import { isAccepted, isAcknowledged, isBySql, isRead, isRefused, type Operation } from './history.js';
import { LatencyRules } from './latency-rules.js';
import { type FaultPromise, overlaps } from './promise.js';
import { TimedExpectations } from './timed-expectations.js';
import type { Violation } from './violation.js';

/** How far an instance's estimate of PostgreSQL's clock may be off. */
const CLOCK_MARGIN_MS = 250;

/**
 * An instance takes PostgreSQL for out of reach after half of `DATABASE_TIMEOUT_MS` without an answer, 2 s here. A request that it then
 * refuses may have come later than that silence began, and has waited for so long at least. Milliseconds.
 */
const SILENCE_MS = 1000;

export interface CheckResult {
  readonly violations: readonly Violation[];
  /** Requests that began when their session had to be refused. */
  readonly presentedAfterRevocation: number;
  /** How many sessions certainly ended. */
  readonly revocations: number;
  /** Longest time from a request that ends sessions to its acknowledgement, database outages aside. */
  readonly slowestAcknowledgementMs: number;
  /** What reads took longer than before the fault, and how many could be judged. */
  readonly readLoss: { readonly worstMs: number; readonly judged: number };
  /** Longest time between a commit by SQL and the start of an acceptance that contradicts it. */
  readonly worstSqlMs: number;
}

/** Asserts over a whole history what the design promises of every single answer. */
export class HistoryChecker {
  private readonly expectations: TimedExpectations;
  private readonly latencies: LatencyRules;

  constructor(
    private readonly operations: readonly Operation[],
    private readonly promise: FaultPromise,
    initial: InitialState,
  ) {
    this.expectations = new TimedExpectations(operations, promise, initial);
    this.latencies = new LatencyRules(operations, promise);
  }

  check(): CheckResult {
    const { operations, promise, latencies } = this;
    const violations = operations.flatMap((operation) => [
      ...this.checkAnswer(operation),
      ...this.checkRefusal(operation),
      ...this.checkAcceptance(operation),
      ...this.checkRole(operation),
      ...this.checkPassword(operation),
    ]);
    const late = operations.filter((operation) => this.isPresentedTooLate(operation));
    return {
      violations: [
        ...violations,
        ...latencies.check(),
        ...checkPasswordChanges(operations, promise.lost),
        ...checkExchanges(operations, promise.lost),
      ],
      presentedAfterRevocation: late.length,
      revocations: this.expectations.after.revocations.acknowledgedCount,
      slowestAcknowledgementMs: latencies.slowestAcknowledgementMs(),
      readLoss: latencies.readLoss(),
      worstSqlMs: Math.max(0, ...this.sqlDelays()),
    };
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
    const isForeseen = status === 503 && overlaps(time, allowed, instance) && !this.isCached(operation);
    if (!isForeseen)
      return [{ rule: this.isLateRefusal(operation) ? 'late refusal' : 'server error', operation }];
    return retryAfter ? [] : [{ rule: 'no Retry-After', operation }];
  }

  /** A disk that is busy with other work makes PostgreSQL silent for seconds too; a refusal without a wait has no such reason. */
  private isLateRefusal(operation: Operation): boolean {
    const { status, start, end, retryAfter } = operation;
    return status === 503 && retryAfter === true && end - start >= SILENCE_MS && !this.isCached(operation);
  }

  /** Whether the cache answers this read, whatever has become of PostgreSQL. */
  private isCached({ kind, sessionId, instance, start, end }: Operation): boolean {
    return (
      (kind === 'me' || kind === 'check') &&
      sessionId !== undefined &&
      this.promise.cached.some(
        (span) =>
          span.instance === instance &&
          span.from <= start &&
          span.to >= end &&
          span.sessionIds.has(sessionId),
      )
    );
  }

  /**
   * A session is refused only if its end had begun, a login only if the account may have been inactive, and either if the password may have
   * been another one.
   */
  private checkRefusal(operation: Operation): Violation[] {
    if (!isRefused(operation) || !this.isLive(operation)) return [];
    return [{ rule: 'false refusal', operation }];
  }

  private isLive(operation: Operation): boolean {
    const { sessionId, kind, end, password, expiresAt = Infinity } = operation;
    const expected = this.expectations.for(operation);
    const passwords = expected.possiblePasswords(operation);
    const isRight = password === undefined || (passwords.size === 1 && passwords.has(password));
    if (sessionId !== undefined) {
      const isUnexpired = expiresAt - CLOCK_MARGIN_MS > end;
      return isRight && isUnexpired && expected.revocations.begunAt(sessionId) >= end;
    }
    if (kind !== 'login') return true;
    return isRight && !expected.mayBeInactive(operation);
  }

  private checkAcceptance(operation: Operation): Violation[] {
    if (!isAccepted(operation)) return [];
    const { start, expiresAt = Infinity } = operation;
    const expiredMs = start - expiresAt - CLOCK_MARGIN_MS;
    if (expiredMs > 0) return [{ rule: 'accepted after expiry', lateMs: expiredMs, operation }];
    const lateMs = start - this.refusedFrom(operation);
    return lateMs > 0 ? [{ rule: 'accepted after revocation', lateMs, operation }] : [];
  }

  private checkRole(operation: Operation): Violation[] {
    const { role } = operation;
    if (role === undefined) return [];
    const possible = this.expectations.for(operation).possibleRoles(operation);
    return possible.has(role) ? [] : [{ rule: 'stale role', operation }];
  }

  /** A login, or a change of the password, succeeds with a password that the account may have. */
  private checkPassword(operation: Operation): Violation[] {
    const { password } = operation;
    if (password === undefined || !isAcknowledged(operation)) return [];
    const possible = this.expectations.for(operation).possiblePasswords(operation);
    return possible.has(password) ? [] : [{ rule: 'stale password', operation }];
  }

  private isPresentedTooLate(operation: Operation): boolean {
    return this.refusedFrom(operation) < operation.start;
  }

  /** From when on the session of the request must be refused by the instance that was asked; `Infinity` without a session. */
  private refusedFrom(operation: Operation): number {
    const { sessionId, instance } = operation;
    if (sessionId === undefined) return Infinity;
    return this.expectations.for(operation).revocations.refusedFrom(sessionId, instance);
  }

  private sqlDelays(): number[] {
    const ended = new Map(
      this.operations
        .filter(
          (each) => each.kind === 'sql-revoke' && this.expectations.after.outcomes.holdsFrom(each) < Infinity,
        )
        .flatMap(({ ends = [], end }) => ends.map((id) => [id, end] as const)),
    );
    return this.operations
      .filter((each) => isAccepted(each) && each.sessionId !== undefined && ended.has(each.sessionId))
      .map(({ start, sessionId }) => start - ended.get(sessionId!)!);
  }
}
