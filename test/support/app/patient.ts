/** Variables of an instance whose PostgreSQL is well all the time: a busy machine must not make it count as down. */
export const PATIENT = { DATABASE_TIMEOUT_MS: '20000' } as const;
