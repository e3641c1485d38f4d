/**
 * SQL for whether a session is live when the statement begins: it is not revoked and has not expired.
 * @param session the table or its alias in the statement
 */
export const isLive = (session: string): string =>
  `${session}.revoked_at IS NULL AND ${session}.expires_at > statement_timestamp()`;
