import { isRejected, isTheft, type Operation } from './history.js';
import type { Outcomes } from './outcomes.js';

/** When a session may have ended, and from when on every instance must refuse it. */
interface SessionEnd {
  begun: number;
  refusedFrom: number;
}

/** When sessions ended, by a history. */
export class Revocations {
  private readonly ends = new Map<string, SessionEnd>();

  constructor(
    operations: readonly Operation[],
    private readonly outcomes: Outcomes,
  ) {
    const opened = loginsByUser(operations);
    for (const operation of operations.filter((each) => !isRejected(each) || isTheft(each))) {
      for (const id of operation.ends ?? []) this.note(id, operation.start, outcomes.holdsFrom(operation));
      if (outcomes.isLost(operation)) this.noteLost(operation);
      if (endsAllOfUser(operation)) this.noteLogins(operation, opened.get(operation.userId) ?? []);
    }
  }

  /** From when on every instance must refuse the session; `Infinity` when it may live. */
  refusedFrom(sessionId: string): number {
    return this.ends.get(sessionId)?.refusedFrom ?? Infinity;
  }

  /** The start of the first request that was to end the session; `Infinity` without one. */
  begunAt(sessionId: string): number {
    return this.ends.get(sessionId)?.begun ?? Infinity;
  }

  /** How many sessions certainly ended. */
  get acknowledgedCount(): number {
    return [...this.ends.values()].filter(({ refusedFrom }) => refusedFrom < Infinity).length;
  }

  /** A session whose login or last rotation was undone is refused, or ends at its next refresh. */
  private noteLost({ opened, exchange, sessionId, start }: Operation): void {
    if (opened !== undefined) this.note(opened, start, Infinity);
    if (exchange !== undefined && sessionId !== undefined) this.note(sessionId, start, Infinity);
  }

  /** A session that was being opened meanwhile may have ended with the others, or be a later one. */
  private noteLogins(operation: Operation, logins: readonly Operation[]): void {
    for (const login of logins) {
      if (login.opened === operation.sessionId || login.start >= this.outcomes.lastEffect(operation))
        continue;
      const isCertain = login.end < operation.start;
      this.note(login.opened!, operation.start, isCertain ? this.outcomes.holdsFrom(operation) : Infinity);
    }
  }

  private note(id: string, begun: number, refusedFrom: number): void {
    const known = this.ends.get(id);
    this.ends.set(id, {
      begun: Math.min(begun, known?.begun ?? Infinity),
      refusedFrom: Math.min(refusedFrom, known?.refusedFrom ?? Infinity),
    });
  }
}

const endsAllOfUser = ({ kind, sets }: Operation): boolean =>
  kind === 'end-all' || kind === 'set-password' || (kind === 'set-active' && sets === 'false');

function loginsByUser(operations: readonly Operation[]): Map<string, Operation[]> {
  const logins = new Map<string, Operation[]>();
  for (const operation of operations) {
    if (operation.opened === undefined) continue;
    const known = logins.get(operation.userId);
    if (known) known.push(operation);
    else logins.set(operation.userId, [operation]);
  }
  return logins;
}
