import { Injectable } from '@nestjs/common';
import { Standing } from '../standing/standing.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';

const BATCH = 200;

/**
 * Takes the first rows after a position and a key. Of several instances each takes other ones: rows that another instance has locked
 * are named and not taken. Rows are found by their place in the table, because the index leads to all that were taken, while an old
 * snapshot keeps PostgreSQL from removing them.
 */
const TAKE: HotStatement = {
  name: 'take_audit_events',
  text: `
  WITH due AS MATERIALIZED (
    SELECT * FROM (
      SELECT o.* FROM unnest($1::xid8[]) AS open(xid) CROSS JOIN LATERAL (
        SELECT ctid AS place, xid, event_id FROM audit_outbox
        WHERE xid = open.xid AND (xid, event_id) > ($3::xid8, $4::bigint) ORDER BY xid, event_id LIMIT ${BATCH}) AS o
      UNION ALL
      (SELECT ctid AS place, xid, event_id FROM audit_outbox
      WHERE (xid, event_id) > (greatest($2::xid8, $3::xid8), CASE WHEN $3::xid8 < $2::xid8 THEN 0 ELSE $4::bigint END)
      ORDER BY xid, event_id LIMIT ${BATCH})
    ) AS rows ORDER BY xid, event_id LIMIT ${BATCH}
  ), taken AS (
    DELETE FROM audit_outbox WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM audit_outbox WHERE ctid = ANY (ARRAY(SELECT place FROM due)) FOR UPDATE SKIP LOCKED))
    RETURNING event_id
  )
  SELECT s.next, s.under_way, due.xid::text, due.event_id::text, taken.event_id IS NOT NULL AS is_taken,
    at, action, user_id, actor_id, session_id, ip, user_agent, request_id, details
  FROM (
    SELECT pg_snapshot_xmax(snapshot)::text AS next, ARRAY(SELECT pg_snapshot_xip(snapshot)::text) AS under_way
    FROM pg_current_snapshot() AS snapshot) AS s
  LEFT JOIN due ON true LEFT JOIN taken USING (event_id) LEFT JOIN audit_events ON id = taken.event_id
  ORDER BY due.xid, due.event_id`,
};

/** Which rows were seen, as a snapshot of PostgreSQL: those of all transactions before `next` but the ones that were under way. */
interface Position {
  readonly next: string;
  readonly underWay: readonly string[];
}

interface Key {
  readonly xid: string;
  readonly event_id: string;
}

type Line = { next: string; under_way: string[]; is_taken: boolean } & (Key | { xid: null });

/** A row of the audit trail that has no log line yet. */
export type QueuedEvent = Readonly<Record<string, unknown>>;

const BEGINNING: Position = { next: '0', underWay: [] };
const FIRST: Key = { xid: '0', event_id: '0' };

/**
 * The events of the audit trail that have no log line yet. An instance remembers up to where it has seen the table, so that it does not
 * read the rows again that were taken.
 */
@Injectable()
export class AuditOutbox {
  private history: string | undefined;
  private position = BEGINNING;

  constructor(
    private readonly statements: HotStatements,
    private readonly standing: Standing,
  ) {}

  /**
   * Takes every event that is committed now and that no other instance is taking.
   * @param write is called for each event before it is removed
   * @throws Error of the driver; then the events of the last batch stay and are given again
   */
  async take(write: (event: QueuedEvent) => void): Promise<void> {
    this.forgetOtherHistory();
    let position: Position | undefined;
    let last: Key | undefined = FIRST;
    const locked = new Set<string>();
    while (last !== undefined) {
      const lines: Line[] = await this.takeBatch(last, write);
      const due = lines.filter((line): line is Line & Key => line.xid !== null);
      for (const { is_taken, xid } of due) if (!is_taken) locked.add(xid);
      position ??= positionOf(lines);
      last = due.length < BATCH ? undefined : due.at(-1);
    }
    if (position !== undefined) this.position = withLocked(position, locked);
  }

  private takeBatch({ xid, event_id }: Key, write: (event: QueuedEvent) => void): Promise<Line[]> {
    const { next, underWay } = this.position;
    return this.statements.transaction(async ({ run }) => {
      const lines = await run<Line>(TAKE, [underWay, next, xid, event_id]);
      for (const { next: _next, under_way: _underWay, xid: _xid, is_taken: isTaken, ...event } of lines)
        if (isTaken) write(event);
      return lines;
    });
  }

  /** In another history transactions have other numbers. */
  private forgetOtherHistory(): void {
    const { history: current } = this.standing;
    if (current === this.history) return;
    this.history = current;
    this.position = BEGINNING;
  }
}

const positionOf = ([line]: readonly Line[]): Position | undefined =>
  line && { next: line.next, underWay: line.under_way };

/** Rows that another instance was taking are looked for again: that instance may have been killed. */
function withLocked({ next, underWay }: Position, locked: ReadonlySet<string>): Position {
  const before = [...locked].filter((xid) => BigInt(xid) < BigInt(next));
  return { next, underWay: [...underWay, ...before] };
}
