import { isAccepted, isRefused, type Operation } from './history.js';
import { type FaultPromise, LAG_BOUND_MS, overlaps } from './promise.js';
import { Revocations } from './revocations.js';
import { ValueHistory } from './value-history.js';

export interface Violation {
  readonly rule:
    | 'accepted after revocation'
    | 'false refusal'
    | 'stale role'
    | 'server error'
    | 'no answer'
    | 'no Retry-After';
  /** Milliseconds between the acknowledgement and the start of what contradicts it. */
  readonly lateMs?: number;
  readonly operation: Operation;
}

export interface Verdict {
  readonly violations: readonly Violation[];
  /** Requests that began after the acknowledged end of their session. */
  readonly presentedAfterRevocation: number;
  /** How many sessions certainly ended. */
  readonly revocations: number;
  /** Longest time between an acknowledgement and the start of an acceptance that the promise forgives. */
  readonly worstPropagationMs: number;
}

/** What is true before the first operation. */
export interface InitialState {
  readonly role: string;
}

/** Asserts over a whole history what the design promises of every single answer. */
export class HistoryChecker {
  private readonly revocations: Revocations;
  private readonly roles: Map<string, ValueHistory>;
  private readonly activity: Map<string, ValueHistory>;

  constructor(
    private readonly operations: readonly Operation[],
    private readonly promise: FaultPromise,
    initial: InitialState,
  ) {
    this.revocations = new Revocations(operations);
    this.roles = valuesByUser(operations, 'set-role', initial.role);
    this.activity = valuesByUser(operations, 'set-active', 'true');
  }

  check(): Verdict {
    const lags = this.operations.map((operation) => this.acceptedAfterMs(operation));
    const violations = this.operations.flatMap((operation) => [
      ...this.checkAnswer(operation),
      ...this.checkRefusal(operation),
      ...this.checkAcceptance(operation),
      ...this.checkRole(operation),
    ]);
    return {
      violations,
      presentedAfterRevocation: this.operations.filter((operation) => this.isPresentedTooLate(operation))
        .length,
      revocations: this.revocations.acknowledgedCount,
      worstPropagationMs: Math.max(0, ...lags),
    };
  }

  /** A server answers, and while PostgreSQL is up without an error. */
  private checkAnswer(operation: Operation): Violation[] {
    const { status, start, end, retryAfter } = operation;
    const time = { from: start, to: end };
    if (status === 0)
      return overlaps(time, this.promise.unanswered) ? [] : [{ rule: 'no answer', operation }];
    if (status < 500) return [];
    if (status !== 503 || !overlaps(time, this.promise.unavailable))
      return [{ rule: 'server error', operation }];
    return retryAfter ? [] : [{ rule: 'no Retry-After', operation }];
  }

  /** A session is refused only if its end had begun, a login only if the account may have been inactive. */
  private checkRefusal(operation: Operation): Violation[] {
    if (!isRefused(operation) || !this.isLive(operation)) return [];
    return [{ rule: 'false refusal', operation }];
  }

  private isLive({ sessionId, kind, userId, start, end }: Operation): boolean {
    if (sessionId !== undefined) return this.revocations.begunAt(sessionId) >= end;
    if (kind !== 'login') return true;
    return (
      this.activity
        .get(userId)
        ?.possible(start, end, () => 0)
        .has('false') !== true
    );
  }

  private checkAcceptance(operation: Operation): Violation[] {
    const lateMs = this.acceptedAfterMs(operation);
    const acknowledgedAt = operation.start - lateMs;
    if (lateMs <= this.lagMs(acknowledgedAt)) return [];
    return [{ rule: 'accepted after revocation', lateMs, operation }];
  }

  private checkRole(operation: Operation): Violation[] {
    const { role, userId, start, end } = operation;
    const known = this.roles.get(userId);
    if (role === undefined || known === undefined) return [];
    const possible = known.possible(start, end, (acknowledgedAt) => this.lagMs(acknowledgedAt));
    return possible.has(role) ? [] : [{ rule: 'stale role', operation }];
  }

  /** Milliseconds after the acknowledged end of its session at which an accepted request began; 0 for all others. */
  private acceptedAfterMs(operation: Operation): number {
    if (!isAccepted(operation) || !this.isPresentedTooLate(operation)) return 0;
    return operation.start - this.revocations.acknowledgedAt(operation.sessionId!);
  }

  private isPresentedTooLate({ sessionId, start }: Operation): boolean {
    return sessionId !== undefined && this.revocations.acknowledgedAt(sessionId) < start;
  }

  private lagMs(acknowledgedAt: number): number {
    return overlaps({ from: acknowledgedAt, to: acknowledgedAt }, this.promise.lag) ? LAG_BOUND_MS : 0;
  }
}

function valuesByUser(
  operations: readonly Operation[],
  kind: Operation['kind'],
  initial: string,
): Map<string, ValueHistory> {
  const writes = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (operation.kind !== kind) continue;
    writes.set(operation.userId, [...(writes.get(operation.userId) ?? []), operation]);
  }
  return new Map([...writes].map(([userId, own]) => [userId, new ValueHistory(initial, own)]));
}
