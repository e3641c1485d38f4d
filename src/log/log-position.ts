/**
 * A position in the invalidation log: PostgreSQL's snapshot of the transactions that had ended when a page was read. Rows commit
 * in another order than their numbers, so no number is a position. What a later snapshot shows and this one does not is new:
 * rows of the transactions that were under way here, and of all that began later.
 *
 * @see https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT
 */
export class LogPosition {
  private readonly limit: bigint;
  private readonly open: ReadonlySet<bigint>;

  constructor(
    /** The first transaction that had not begun. */
    readonly next: string,
    /** The transactions that were under way. */
    readonly underWay: readonly string[],
  ) {
    this.limit = BigInt(next);
    this.open = new Set(underWay.map(BigInt));
  }

  /** @param text `pg_current_snapshot()` as text: `xmin:xmax:xip,…` @throws TypeError for anything else */
  static parse(text: string): LogPosition {
    const match = /^\d+:(\d+):((?:\d+(?:,\d+)*)?)$/.exec(text);
    if (match === null) throw new TypeError('not a snapshot of PostgreSQL');
    const [, next = '', underWay = ''] = match;
    return new LogPosition(next, underWay === '' ? [] : underWay.split(','));
  }

  /** The oldest transaction whose rows may be new after this position. */
  get oldest(): bigint {
    let oldest = this.limit;
    for (const xid of this.open) if (xid < oldest) oldest = xid;
    return oldest;
  }

  /** Whether rows of the transaction, which has ended meanwhile, are before this position. */
  shows(xid: bigint): boolean {
    return xid < this.limit && !this.open.has(xid);
  }

  /** Whether every row before `other`, a position of the same history, is before this position too. */
  reaches(other: LogPosition): boolean {
    if (this.limit < other.limit) return false;
    for (const xid of this.open) if (other.shows(xid)) return false;
    return true;
  }
}
