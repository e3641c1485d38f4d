/**
 * The roles of an account. To change them, edit this file and add a migration: the first one has a `CHECK` on
 * `users.role`, the default role and an index for active admins.
 */
export const ROLES = ['student', 'researcher', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** The role of a new account; only an admin grants another one. */
export const DEFAULT_ROLE = 'student' satisfies Role;

/** The role that may administer the other accounts; at least one active account keeps it. */
export const ADMIN_ROLE = 'admin' satisfies Role;
