/**
 * A position in the invalidation log: PostgreSQL's snapshot of the transactions that had ended when a page was read. Rows commit
 * in another order than their numbers, so no number is a position. What a later snapshot shows and this one does not is new:
 * rows of the transactions that were under way here, and of all that began later.
 *
 * @see https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT
 */
export class LogPosition {
  private constructor(
    /** The first transaction that had not begun. */
    readonly next: string,
    /** The transactions that were under way. */
    readonly underWay: readonly string[],
  ) {}

  /** @param text `pg_current_snapshot()` as text: `xmin:xmax:xip,…` @throws TypeError for anything else */
  static parse(text: string): LogPosition {
    const match = /^\d+:(\d+):((?:\d+(?:,\d+)*)?)$/.exec(text);
    if (match === null) throw new TypeError('not a snapshot of PostgreSQL');
    const [, next = '', underWay = ''] = match;
    return new LogPosition(next, underWay === '' ? [] : underWay.split(','));
  }
}
