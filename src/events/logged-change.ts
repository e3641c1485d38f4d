import type { Change } from '../log/change-feed.js';
import type { LoggedInvalidation } from '../log/invalidation-log.js';

/** A committed row of the log. Rows are ordered by their transaction, then by their number: that order never changes. */
export interface LoggedChange extends Change {
  readonly claims: NonNullable<Change['claims']> | null;
  readonly changed: NonNullable<Change['changed']> | null;
  readonly xid: bigint;
  readonly id: bigint;
  /** When the change was made, by the database's clock: seconds since the epoch. The commit may be later. */
  readonly at: number;
  /** A time at which the change was committed already, by the same clock: seconds since the epoch. */
  readonly committedBy: number;
}

/** @param seenMs PostgreSQL's time, milliseconds, not before the snapshot that showed the row */
export function loggedChange(row: LoggedInvalidation, seenMs: number): LoggedChange {
  const { kind, user_id, session_id, reason, claims = null, changed = null, at } = row;
  const [xid, id] = [BigInt(row.xid), BigInt(row.id)];
  return { kind, user_id, session_id, reason, claims, changed, at, xid, id, committedBy: seenMs / 1000 };
}

/** What orders rows. */
export type RowKey = Pick<LoggedChange, 'xid' | 'id'>;

export const byTransaction = (one: RowKey, other: RowKey): number =>
  compare(one.xid, other.xid) || compare(one.id, other.id);

const compare = (one: bigint, other: bigint): number => (one < other ? -1 : Number(one > other));
