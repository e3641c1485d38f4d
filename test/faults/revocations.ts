import { isAcknowledged, isRefused, lastEffect, type Operation } from './history.js';

/** When a session may have ended, and when it certainly had. */
interface SessionEnd {
  begun: number;
  acknowledged: number;
}

/** What a history tells of the ends of sessions. */
export class Revocations {
  private readonly ends = new Map<string, SessionEnd>();

  constructor(operations: readonly Operation[]) {
    const opened = loginsByUser(operations);
    for (const operation of operations) {
      for (const id of operation.ends ?? []) this.note(id, operation.start, acknowledgement(operation));
      if (!endsAllOfUser(operation)) continue;
      // A session that was being opened meanwhile may have ended with the others, or be a later one.
      for (const login of opened.get(operation.userId) ?? []) {
        const certain = login.end < operation.start;
        if (login.start < lastEffect(operation))
          this.note(login.opened!, operation.start, certain ? acknowledgement(operation) : Infinity);
      }
    }
  }

  /** The end of the first 2xx that told of the session's end; `Infinity` without one. */
  acknowledgedAt(sessionId: string): number {
    return this.ends.get(sessionId)?.acknowledged ?? Infinity;
  }

  /** The start of the first request that was to end the session; `Infinity` without one. */
  begunAt(sessionId: string): number {
    return this.ends.get(sessionId)?.begun ?? Infinity;
  }

  /** How many sessions certainly ended. */
  get acknowledgedCount(): number {
    return [...this.ends.values()].filter(({ acknowledged }) => acknowledged < Infinity).length;
  }

  private note(id: string, begun: number, acknowledged: number): void {
    const known = this.ends.get(id);
    this.ends.set(id, {
      begun: Math.min(begun, known?.begun ?? Infinity),
      acknowledged: Math.min(acknowledged, known?.acknowledged ?? Infinity),
    });
  }
}

/** An old refresh token ends its session by being refused. */
function acknowledgement(operation: Operation): number {
  const done = operation.kind === 'refresh' ? isRefused(operation) : isAcknowledged(operation);
  return done ? operation.end : Infinity;
}

const endsAllOfUser = ({ kind, sets }: Operation): boolean =>
  kind === 'end-all' || (kind === 'set-active' && sets === 'false');

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
