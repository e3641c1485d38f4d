import type { Operation } from './history.js';
import { Outcomes } from './outcomes.js';
import type { FaultPromise, Span } from './promise.js';
import { Revocations } from './revocations.js';
import { type ValueHistory, valuesByUser } from './value-history.js';

/** What is true before the first operation. */
export interface InitialState {
  readonly role: string;
  readonly password: string;
}

/** What every answer may hold, given all that was asked. */
export class Expectations {
  readonly outcomes: Outcomes;
  readonly revocations: Revocations;
  private readonly roles: Map<string, ValueHistory>;
  private readonly passwords: Map<string, ValueHistory>;
  private readonly activity: Map<string, ValueHistory>;

  /** @param lost what was acknowledged in these spans may have been undone */
  constructor(
    operations: readonly Operation[],
    promise: FaultPromise,
    private readonly initial: InitialState,
    lost: readonly Span[],
  ) {
    this.outcomes = new Outcomes(promise, lost);
    const values = (kinds: Operation['kind'][], value: string) =>
      valuesByUser(operations, kinds, value, this.outcomes);
    this.revocations = new Revocations(operations, this.outcomes);
    this.roles = values(['set-role', 'sql-set-role'], initial.role);
    this.passwords = values(['set-password'], initial.password);
    this.activity = values(['set-active'], 'true');
  }

  /** Whether the account may have been inactive at some time in the span. */
  mayBeInactive(userId: string, start: number, end: number): boolean {
    return this.activity.get(userId)?.possible(start, end).has('false') === true;
  }

  /** The passwords that the account may have had in the span. */
  possiblePasswords(userId: string, start: number, end: number): Set<string> {
    return this.passwords.get(userId)?.possible(start, end) ?? new Set([this.initial.password]);
  }

  /** The roles that an answer may hold. */
  possibleRoles(userId: string, start: number, end: number): Set<string> {
    return this.roles.get(userId)?.possible(start, end) ?? new Set([this.initial.role]);
  }
}
