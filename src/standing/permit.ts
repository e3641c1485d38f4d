/**
 * What an instance may do at a moment, as {@link Standing} answers it. It never changes: when something of it does, another takes its place,
 * so whoever waited asks with one comparison whether all of it still holds.
 */
export interface Permit {
  /**
   * - `refuse`: serve nothing
   * - `database-only`: serve what PostgreSQL answers
   * - `read`: accept cache entries, too
   * - `read-write`: also write them, because this instance reads every change
   */
  readonly kind: 'refuse' | 'database-only' | 'read' | 'read-write';
  /** Whether cache entries are accepted: `read` and `read-write`. */
  readonly mayRead: boolean;
  /** Whether they are written: `read-write`. */
  readonly mayWrite: boolean;
  /** The token of the history of PostgreSQL that is followed, or was followed last. */
  readonly history: string | undefined;
  /** Entries from before this time are not accepted: PostgreSQL's time, milliseconds since the epoch. */
  readonly floorMs: number;
  /** Whether it ends unless the log is read again: then the store, too, must see that it has not. */
  readonly isLimited: boolean;
  /** Why entries are not accepted, in words for people; empty while they are. */
  readonly reason: string;
}
