/**
 * SQL for a token of the history that a statement reads. One postmaster process on one database, with these tables, has one
 * linear history. After a restart, a crash of the server, a promotion, a restored backup or a dump loaded elsewhere, commits
 * may be missing and numbers are given out again; each of them gives another token.
 */
export const HISTORY = `
  left(md5(concat_ws('/', extract(epoch FROM pg_postmaster_start_time()),
    (SELECT oid FROM pg_database WHERE datname = current_database()), 'users'::regclass::oid, 'sessions'::regclass::oid)), 12)`;

/** SQL for whether the server is a standby or refuses to write: then it may lack what the primary has committed. */
export const IS_READ_ONLY = `(pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean)`;

/** What a connection leads to. */
export interface ServerRow {
  readonly history: string;
  readonly is_read_only: boolean;
}

export const SERVER = `SELECT ${HISTORY} AS history, ${IS_READ_ONLY} AS is_read_only`;

/** SQL for the timeline, eight hexadecimal digits that each promotion counts up; an error on a standby. */
export const TIMELINE = `left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)`;
