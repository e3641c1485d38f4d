import { ADMIN_ROLE } from '../config/roles.js';
import type { HotStatement } from '../database/hot-statements.js';
import { auditLine } from '../audit/audit-line.js';
import { CALLER } from '../commands/caller.js';
import type { User } from './user.entity.js';

/** The part of an account that a login checks. */
export type Credentials = Pick<User, 'id' | 'role' | 'passwordHash' | 'isActive' | 'emailVerified'>;

export type PasswordCredentials = Credentials & { readonly passwordHash: string };

export const hasPassword = (user: Credentials | undefined): user is PasswordCredentials =>
  user !== undefined && user.passwordHash !== null;

export const CREDENTIALS: HotStatement = {
  name: 'credentials',
  text: `
  SELECT id, role, password_hash AS "passwordHash", is_active AS "isActive", email_verified AS "emailVerified"
  FROM users WHERE email = $1`,
};

/**
 * Keeps a password that was changed during the login. `updated_at` stays, and the setting tells the trigger of the log that the
 * password is the same: nobody sees a change of the account.
 */
export const REHASH: HotStatement = {
  name: 'renew_password_hash',
  text: `
  WITH renewal AS MATERIALIZED (SELECT set_config('ergodrive.password_hash', 'renewed', true))
  UPDATE users SET password_hash = $3 FROM renewal WHERE id = $1 AND password_hash = $2`,
};

export const SET_PASSWORD: HotStatement = {
  name: 'set_password',
  text: `
  WITH ${CALLER}, changed AS (
    UPDATE users SET password_hash = $9, updated_at = statement_timestamp()
    WHERE id = $7 AND password_hash = $8 AND is_active AND EXISTS (SELECT FROM permitted)
    RETURNING id
  ), noted AS (${auditLine('user.password_changed', 'changed', { user: 'id' })})
  SELECT (SELECT role FROM caller) AS caller_role, EXISTS (SELECT FROM changed) AS is_changed`,
};

/** Changes that a one-time token allows, which was used in the same transaction. */
export const RESET_PASSWORD: HotStatement = {
  name: 'reset_password',
  text: `
  UPDATE users SET password_hash = $2, email_verified = true, updated_at = statement_timestamp()
  WHERE id = $1 AND is_active RETURNING id`,
};

export const REMOVE_PASSWORD: HotStatement = {
  name: 'remove_password',
  text: 'UPDATE users SET password_hash = NULL, updated_at = statement_timestamp() WHERE id = $1 RETURNING id',
};

export const VERIFY_EMAIL: HotStatement = {
  name: 'verify_email',
  text: `
  UPDATE users SET email_verified = true, updated_at = statement_timestamp()
  WHERE id = $1 AND is_active AND NOT email_verified RETURNING id`,
};

export const CHANGE_EMAIL: HotStatement = {
  name: 'change_email',
  text: `
  UPDATE users SET email = $2, email_verified = true, updated_at = statement_timestamp() WHERE id = $1 RETURNING id`,
};

/** Nothing of the account that its earlier holder chose is left. */
export const CLAIM_ACCOUNT: HotStatement = {
  name: 'claim_account',
  text: `
  UPDATE users SET password_hash = $2, full_name = $3, role = $4, locale = $5, email_verified = true, updated_at = statement_timestamp()
  WHERE id = $1 AND is_active AND NOT email_verified RETURNING id`,
};

const COLUMNS = `id, email, email_verified AS "emailVerified", locale, full_name AS "fullName", role, is_active AS "isActive",
  deletion_due_at AS "deletionDueAt", created_at AS "createdAt", updated_at AS "updatedAt"`;

export const READ_ACCOUNT: HotStatement = {
  name: 'read_account',
  text: `SELECT ${COLUMNS} FROM users WHERE id = $1`,
};

export const READ_ACCOUNT_OF: HotStatement = {
  name: 'read_account_of_address',
  text: `SELECT ${COLUMNS} FROM users WHERE email = $1`,
};

export const READ_FOR_UPDATE: HotStatement = {
  name: 'read_account_for_update',
  text: `
  WITH ${CALLER}
  SELECT (SELECT role FROM caller) AS caller_role, account.*,
    EXISTS (SELECT FROM users WHERE role = '${ADMIN_ROLE}' AND is_active AND id <> $7) AS "hasOtherAdmins"
  FROM (SELECT 1) AS always LEFT JOIN (SELECT ${COLUMNS} FROM users WHERE id = $7) AS account ON true`,
};

/** Changes the account and writes the events of the change into the audit trail. */
export const UPDATE_ACCOUNT: HotStatement = {
  name: 'update_account',
  text: `
  WITH noted AS (${auditLine({ of: 'action' }, 'unnest($10::text[], $11::jsonb[]) AS line (action, details)', { user: '$5', details: 'details' })})
  UPDATE users SET full_name = $6, role = $7, is_active = $8, locale = $9, updated_at = statement_timestamp() WHERE id = $5
  RETURNING ${COLUMNS}`,
};

/** An account without its password hash. */
export type AccountRecord = Omit<User, 'passwordHash'>;

/** The current account, if it exists, and what limits a change of it. */
export type AccountToChange = { hasOtherAdmins: boolean } & (AccountRecord | { id: null });
