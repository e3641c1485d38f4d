import type { ClientBase } from 'pg';
import type { Invalidation } from './invalidation.js';

export const NOTIFY_CHANNEL = 'ergodrive_invalidations';

/** A row of the log; its id, and the transaction that wrote it, order nothing: transactions commit as they like. */
export interface LoggedInvalidation extends Invalidation {
  readonly id: string;
  readonly xid: string;
  /** When the change was made, by the database's clock: seconds since the epoch. */
  readonly at: number;
}

/** A line of the page; without rows there is one line with the horizon alone. */
type PageLine = { horizon: string } & (LoggedInvalidation | { id: null });

export interface LogPage {
  /** Every transaction below it had ended when the page was read. */
  readonly horizon: bigint;
  readonly rows: LoggedInvalidation[];
}

/**
 * Reads the rows of all transactions that had not ended at `cursor`, so that a row is never missed because another with
 * a higher number was committed first; rows may come again.
 * @param cursor the horizon of the page before; `undefined` reads no rows, only where the log is now
 */
export async function readLog(client: ClientBase, cursor: bigint | undefined): Promise<LogPage> {
  const { rows } = await client.query<PageLine>(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon,
            i.id::text, i.xid::text, extract(epoch FROM i.created_at)::float8 AS at, i.kind, i.user_id, i.session_id, i.reason
     FROM (SELECT 1) AS always LEFT JOIN invalidations i ON i.xid >= $1::xid8 ORDER BY i.id`,
    [cursor === undefined ? null : String(cursor)],
  );
  return {
    horizon: BigInt(rows[0]?.horizon ?? 0),
    rows: rows.filter((row): row is PageLine & LoggedInvalidation => row.id !== null),
  };
}

/** SQL for the users that something changed for within the last seconds. */
export const CHANGED_USERS = `
  SELECT DISTINCT user_id FROM invalidations WHERE created_at > clock_timestamp() - make_interval(secs => $1)`;

/** SQL that removes a batch of rows that no replay needs any more. */
export const PRUNE_LOG = `
  DELETE FROM invalidations WHERE id IN (
    SELECT id FROM invalidations WHERE created_at < clock_timestamp() - make_interval(secs => $1)
    ORDER BY created_at LIMIT 5000)`;
