/** The lock of the migration `SessionGenerations1764000000031`. A transaction that relies on a live session, or opens one, holds it shared: no generation of sessions ends before its commit. */
const GENERATION_LOCK = 1764000000031;

/**
 * SQL for whether a session is live when the statement begins: it is not revoked, has not expired, and its generation has not ended.
 * @param session the table or its alias in the statement
 */
export const isLive = (session: string): string =>
  `${session}.revoked_at IS NULL AND ${session}.expires_at > statement_timestamp()
    AND ${session}.generation = (SELECT generation FROM session_generation)`;

/** A common table expression: from its first read until the commit, no generation of sessions ends. */
export const GATE = `gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(${GENERATION_LOCK}))`;

/** The same for the transaction that ends the generation: it waits for all that rely on it. */
export const CLOSED_GATE = `gate AS MATERIALIZED (SELECT pg_advisory_xact_lock(${GENERATION_LOCK}))`;
