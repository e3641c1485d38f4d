import { isRejected, isTheft, type Operation } from './history.js';
import type { Outcomes } from './outcomes.js';

/** When a session may have ended, and what has ended it. */
interface SessionEnd {
  begun: number;
  readonly by: Operation[];
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
      for (const id of operation.ends ?? []) this.noteEnd(id, operation);
      if (outcomes.isLost(operation)) this.noteLost(operation);
      if (operation.kind === 'end-everybody') this.noteLogins(operation, [...opened.values()].flat());
      if (endsAllOfUser(operation)) this.noteLogins(operation, opened.get(operation.userId) ?? []);
    }
  }

  /**
   * From when on the session must be refused; `Infinity` when it may live.
   * @param instance where; by every instance without one
   */
  refusedFrom(sessionId: string, instance?: number): number {
    const by = this.ends.get(sessionId)?.by ?? [];
    return by.reduce((least, each) => Math.min(least, this.holdsFrom(each, sessionId, instance)), Infinity);
  }

  /** The start of the first request that was to end the session; `Infinity` without one. */
  begunAt(sessionId: string): number {
    return this.ends.get(sessionId)?.begun ?? Infinity;
  }

  /** How many sessions certainly ended. */
  get acknowledgedCount(): number {
    return [...this.ends.keys()].filter((id) => this.refusedFrom(id) < Infinity).length;
  }

  private holdsFrom(operation: Operation, sessionId: string, instance?: number): number {
    const hasSurvived = this.outcomes.recordOf(operation)?.ended.has(sessionId) === true;
    return hasSurvived ? operation.end : this.outcomes.holdsFrom(operation, instance);
  }

  /** What the record shows to be undone has never happened. */
  private noteEnd(id: string, operation: Operation): void {
    if (this.outcomes.recordOf(operation)?.live.has(id) === true) return;
    this.note(id, operation.start, operation);
  }

  /** A session whose login or last rotation was undone is refused, or ends at its next refresh. */
  private noteLost(operation: Operation): void {
    const { opened, exchange, sessionId, start } = operation;
    if (opened !== undefined && this.outcomes.recordOf(operation)?.live.has(opened) !== true)
      this.note(opened, start);
    if (exchange !== undefined && sessionId !== undefined) this.note(sessionId, start);
  }

  /** A session that was being opened meanwhile may have ended with the others, or be a later one. */
  private noteLogins(operation: Operation, logins: readonly Operation[]): void {
    for (const login of logins) {
      if (login.opened === operation.sessionId || login.start >= this.outcomes.lastEffect(operation))
        continue;
      if (login.end < operation.start) this.noteEnd(login.opened!, operation);
      else this.note(login.opened!, operation.start);
    }
  }

  /** @param by what has ended it; without it, the session may have ended */
  private note(id: string, begun: number, by?: Operation): void {
    const known = this.ends.get(id) ?? { begun: Infinity, by: [] };
    known.begun = Math.min(begun, known.begun);
    if (by !== undefined) known.by.push(by);
    this.ends.set(id, known);
  }
}

/** Whether it ends every session of the user, also those that the load does not know. */
export const endsAllOfUser = ({ kind, sets }: Operation): boolean =>
  kind === 'end-all' ||
  kind === 'erase' ||
  kind === 'set-password' ||
  (kind === 'set-active' && sets === 'false');

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
