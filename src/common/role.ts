export const ROLES = ['student', 'researcher', 'admin'] as const;

/** What an account may do; `admin` administers the others. */
export type Role = (typeof ROLES)[number];
