import type { Operation } from './history.js';
import { Outcomes } from './outcomes.js';
import type { FaultPromise, Loss } from './promise.js';
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
  /** The loss of which is known what it has left. */
  private readonly known: Loss | undefined;

  /**
   * @param lost what was acknowledged in these spans may have been undone
   * @param sqlBoundMs how long after its commit a change by SQL may be unknown, if not the promised time
   */
  constructor(
    operations: readonly Operation[],
    promise: FaultPromise,
    private readonly initial: InitialState,
    lost: readonly Loss[],
    sqlBoundMs?: number,
  ) {
    this.outcomes = new Outcomes(promise, lost, sqlBoundMs);
    this.known = lost.find(({ record }) => record !== undefined);
    const values = (kinds: Operation['kind'][], value: string) =>
      valuesByUser(operations, kinds, () => value, this.outcomes);
    this.revocations = new Revocations(operations, this.outcomes);
    const changes = operations.filter((each) => !this.isInRecord(each));
    const kinds = ['set-role', 'sql-set-role'] as const;
    this.roles = valuesByUser(changes, kinds, (userId) => this.initialRole(userId), this.outcomes);
    this.passwords = values(['set-password'], initial.password);
    this.activity = values(['set-active'], 'true');
  }

  /** Whether the account may have been inactive while the instance answered. */
  mayBeInactive({ userId, start, end, instance }: Operation): boolean {
    return this.activity.get(userId)?.possible(start, end, instance).has('false') === true;
  }

  /** The passwords that the account may have had meanwhile. */
  possiblePasswords({ userId, start, end, instance }: Operation): Set<string> {
    return this.passwords.get(userId)?.possible(start, end, instance) ?? new Set([this.initial.password]);
  }

  /** The roles that an answer may hold. */
  possibleRoles({ userId, start, end, instance }: Operation): Set<string> {
    return this.roles.get(userId)?.possible(start, end, instance) ?? new Set([this.initialRole(userId)]);
  }

  private initialRole(userId: string): string {
    return this.known?.record?.roles.get(userId) ?? this.initial.role;
  }

  /** Whether the record of the loss was made after all effects of the operation on its user. */
  private isInRecord(operation: Operation): boolean {
    const { known } = this;
    return (
      known?.record?.roles.has(operation.userId) === true &&
      this.outcomes.lastEffect(operation) < known.undoneFrom
    );
  }
}
