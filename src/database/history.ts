import { FIRST_SCHEMA } from './search-path.js';

/**
 * SQL for a token of the history that a statement reads; empty on a standby, and where a recovery has removed the mark. One postmaster
 * process on one database, with these tables and this mark, has one linear history. After a restart, a crash of the server or of one
 * of its processes, a promotion, a restored backup or a dump loaded elsewhere, commits may be missing and numbers are given out again;
 * each of them gives another token.
 */
export const HISTORY = 'history_token()';

/**
 * Gives a primary whose recovery has removed the mark another one.
 * @see https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-UNLOGGED
 */
export const MARK_HISTORY = 'INSERT INTO history_mark DEFAULT VALUES ON CONFLICT DO NOTHING';

/** SQL for whether the server is a standby or refuses to write: then it may lack what the primary has committed. */
export const IS_READ_ONLY = `(pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean)`;

/** What a connection leads to. */
export interface ServerRow {
  readonly history: string;
  readonly is_read_only: boolean;
  /** Where names without a schema lead. */
  readonly schema: string | null;
}

export const SERVER = `SELECT ${HISTORY} AS history, ${IS_READ_ONLY} AS is_read_only, ${FIRST_SCHEMA} AS schema`;

/**
 * Reads what a connection leads to. A primary that a recovery has left without a history gets a mark first.
 * @param query runs a statement on that connection
 */
export async function readAndMark(
  query: (text: string) => Promise<ServerRow[]>,
): Promise<ServerRow | undefined> {
  const [server] = await query(SERVER);
  if (server?.history !== '' || server.is_read_only) return server;
  await query(MARK_HISTORY);
  return (await query(SERVER))[0];
}

/** SQL for the timeline, eight hexadecimal digits that each promotion counts up; an error on a standby. */
export const TIMELINE = `left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)`;
