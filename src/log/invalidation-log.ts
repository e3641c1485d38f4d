import type { ClientBase, QueryResultRow } from 'pg';
import { HISTORY, IS_READ_ONLY, readAndMark, type ServerRow } from '../database/history.js';
import { type Change, CREATED } from './change-feed.js';
import { LogPosition } from './log-position.js';

/** Notified, without content, after the commit of changes: the log has new rows. */
export const LOG_CHANNEL = 'ergodrive_invalidations';

/** More new rows than this are not read: the follower skips them, and every older cache entry counts as missing. */
export const MAX_PAGE_ROWS = 10_000;

/** More rows than this are not replayed, with the same consequence. */
const MAX_REPLAYED_ROWS = 50_000;

/** A row of the log. */
export interface LoggedInvalidation extends Change {
  readonly id: string;
  /** The transaction that wrote it. */
  readonly xid: string;
  /** When the change was made, by the database's clock: seconds since the epoch. */
  readonly at: number;
}

/** What one statement saw of the server and of the log. */
export interface LogPage {
  readonly isReadOnly: boolean;
  /** Token of the history that was read; empty where the server has none, see {@link HISTORY}. */
  readonly history: string;
  /** PostgreSQL's time, milliseconds since the epoch, not before the snapshot of the page. */
  readonly databaseMs: number;
  readonly position: LogPosition;
  /** The new rows, oldest first; `undefined` when there are more than {@link MAX_PAGE_ROWS}. */
  readonly rows: readonly LoggedInvalidation[] | undefined;
}

export interface ServerColumns extends QueryResultRow {
  is_read_only: boolean;
  history: string;
  database_ms: number;
  snapshot: string;
}

export type PageLine = ServerColumns & (LoggedInvalidation | { id: null });

export const SERVER_COLUMNS = `${IS_READ_ONLY} AS is_read_only, ${HISTORY} AS history,
  extract(epoch FROM clock_timestamp())::float8 * 1000 AS database_ms, pg_current_snapshot()::text AS snapshot`;
/** Columns of a row `r`. An operator may write a reason of any length. */
export const ROW = `r.id::text, r.xid::text, extract(epoch FROM r.created_at)::float8 AS at, r.kind, r.user_id, r.session_id,
  left(r.reason, 100) AS reason, r.claims, r.changed`;
const NEW_ROWS = `
  SELECT ${ROW}, s.*
  FROM (SELECT ${SERVER_COLUMNS} OFFSET 0) AS s LEFT JOIN (
    SELECT i.* FROM unnest($1::xid8[]) AS open(xid) CROSS JOIN LATERAL (
      SELECT * FROM invalidations WHERE xid = open.xid LIMIT $3) AS i
    UNION ALL
    (SELECT * FROM invalidations WHERE xid >= $2::xid8 LIMIT $3)
  ) AS r ON true ORDER BY r.id LIMIT $3`;

/** Reads every row that was committed after the position, each once. */
export async function readNewRows(client: ClientBase, position: LogPosition): Promise<LogPage> {
  const { rows } = await client.query<PageLine>(NEW_ROWS, [
    position.underWay,
    position.next,
    MAX_PAGE_ROWS + 1,
  ]);
  const lines = rows.filter((row): row is PageLine & LoggedInvalidation => row.id !== null);
  return pageOf(rows[0], lines.length > MAX_PAGE_ROWS ? undefined : lines);
}

/** Reads where the log is now, and no rows. A primary that a recovery has left without a mark gets one. */
export async function readPosition(client: ClientBase): Promise<LogPage> {
  await readAndMark(async (text) => (await client.query<ServerRow & QueryResultRow>(text)).rows);
  const { rows } = await client.query<ServerColumns>(`SELECT ${SERVER_COLUMNS}`);
  return pageOf(rows[0], []);
}

function pageOf(server: ServerColumns | undefined, rows: LogPage['rows']): LogPage {
  if (server === undefined) throw new TypeError('PostgreSQL answered without a row');
  const { is_read_only: isReadOnly, history, database_ms: databaseMs, snapshot } = server;
  return { isReadOnly, history, databaseMs, position: LogPosition.parse(snapshot), rows };
}

/** What a replay must do. */
export interface Replay {
  readonly history: string;
  /** PostgreSQL's time before which entries are not accepted, milliseconds; 0 where the users below suffice. */
  readonly floorMs: number;
  /** Whose entries must go. */
  readonly userIds: readonly string[];
}

interface ReplayLine extends QueryResultRow {
  history: string;
  /** From then on no entry is affected by a change of before, milliseconds. */
  floor: number;
  /** When the usable position was taken; `null` for none. */
  reaches_back_to: number | null;
  is_whole: boolean;
  /** Whether the sessions of everybody ended. */
  ends_everybody: boolean;
  rows: number;
  user_ids: string[];
}

/**
 * `base` is the newest position that is older than the window, `$1` seconds, or else the first that was taken. Every transaction below
 * its horizon had ended then, so whatever was committed within the window is among the rows from there on, however long it had been
 * open. The first is that of the lowest horizon: PostgreSQL's clock may have been set back since.
 */
export const BASE = `
  server AS (SELECT ${HISTORY} AS history), base AS (
    SELECT at, horizon, is_whole FROM (
      (SELECT at, horizon, true AS is_whole FROM log_positions JOIN server USING (history)
      WHERE at <= clock_timestamp() - make_interval(secs => $1) ORDER BY at DESC LIMIT 1)
      UNION ALL
      (SELECT at, horizon, false FROM log_positions JOIN server USING (history) ORDER BY horizon, at LIMIT 1)
    ) AS usable ORDER BY is_whole DESC LIMIT 1
  )`;

/** A position is stored once in so many seconds, for all instances. */
const POSITION_SECONDS = 10;

/** After PostgreSQL's clock was set back, entries from before have times up to those of the last position, and of the next. */
const FLOOR = `
  greatest(clock_timestamp(), (SELECT max(at) + interval '${POSITION_SECONDS} seconds'
    FROM log_positions JOIN server USING (history) WHERE at > clock_timestamp()))`;

const CHANGED = `
  WITH ${BASE}, changed AS (
    SELECT kind, user_id FROM invalidations WHERE xid >= (SELECT horizon FROM base) AND reason IS DISTINCT FROM '${CREATED}'
    LIMIT ${MAX_REPLAYED_ROWS + 1}
  )
  SELECT history, extract(epoch FROM ${FLOOR})::float8 * 1000 AS floor,
    (SELECT extract(epoch FROM at)::float8 * 1000 FROM base) AS reaches_back_to,
    coalesce((SELECT is_whole FROM base), false) AS is_whole,
    EXISTS (SELECT FROM changed WHERE kind = 'sessions.ended') AS ends_everybody,
    (SELECT count(*) FROM changed)::int AS rows,
    ARRAY(SELECT DISTINCT user_id::text FROM changed) AS user_ids
  FROM server`;

/** Runs a statement and answers its rows. */
type Query = (text: string, values: unknown[]) => Promise<unknown>;

/** @param windowSeconds the longest life of an entry */
export async function readReplay(query: Query, windowSeconds: number): Promise<Replay> {
  const [line] = (await query(CHANGED, [windowSeconds])) as ReplayLine[];
  if (line === undefined) throw new TypeError('PostgreSQL answered without a row');
  const { history, floor, reaches_back_to: reach, is_whole: isWhole, user_ids: userIds } = line;
  if (reach === null || line.rows > MAX_REPLAYED_ROWS || line.ends_everybody)
    return { history, floorMs: floor, userIds: [] };
  return { history, floorMs: isWhole ? 0 : reach, userIds };
}

/**
 * Stores where the log is now, once in ten seconds for all instances. Positions that are later than now, from before PostgreSQL's clock
 * was set back, do not count.
 */
export const STORE_POSITION = `
  INSERT INTO log_positions (history, at, horizon)
  SELECT ${HISTORY}, clock_timestamp(), pg_snapshot_xmin(pg_current_snapshot())
  WHERE NOT EXISTS (
    SELECT FROM log_positions WHERE history = ${HISTORY}
      AND at BETWEEN clock_timestamp() - interval '${POSITION_SECONDS - 1} seconds' AND clock_timestamp())
  ON CONFLICT DO NOTHING`;

/** Removes positions that no replay needs any more, and answers the horizon of the oldest that is left. */
export const PRUNE_POSITIONS = `
  WITH kept AS (
    SELECT at, horizon FROM log_positions
    WHERE history = ${HISTORY} AND at <= clock_timestamp() - make_interval(secs => $1) ORDER BY at DESC LIMIT 1
  ), removed AS (
    DELETE FROM log_positions WHERE at < (SELECT at FROM kept)
      OR (history <> ${HISTORY} AND at < clock_timestamp() - make_interval(secs => $1))
  )
  SELECT horizon::text FROM kept`;

/** Removes a batch of rows of transactions below a horizon. */
export const PRUNE_ROWS = `
  DELETE FROM invalidations WHERE id IN (SELECT id FROM invalidations WHERE xid < $1::xid8 ORDER BY xid, id LIMIT $2)`;

/** Removes rows that came with a restored backup and name transactions which this server has yet to begin. */
export const REMOVE_FOREIGN_ROWS = `
  DELETE FROM invalidations WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())`;
