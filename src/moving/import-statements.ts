import { auditLine } from '../audit/audit-line.js';
import { ADMIN_ROLE } from '../config/roles.js';
import type { HotStatement } from '../database/hot-statements.js';

/** @param parameter with a JSON array of what {@link rowOf} makes */
const given = (parameter: string): string => `
  json_to_recordset(${parameter}::json) AS given (id uuid, email text, email_verified boolean, password_hash text, full_name text,
    role text, is_active boolean, locale text, created_at timestamptz, updated_at timestamptz)`;

/** Writes those whose id and address no account has. */
export const INSERT_ACCOUNTS: HotStatement = {
  name: 'import_accounts',
  text: `
  INSERT INTO users (id, email, email_verified, password_hash, full_name, role, is_active, locale, created_at, updated_at)
  SELECT id, email, email_verified, password_hash, full_name, role, is_active, locale, coalesce(created_at, statement_timestamp()),
    coalesce(updated_at, statement_timestamp())
  FROM ${given('$1')} ON CONFLICT DO NOTHING RETURNING id`,
};

export const FIND_EXISTING: HotStatement = {
  name: 'find_accounts_of_import',
  text: 'SELECT id, email FROM users WHERE id = ANY($1::uuid[]) OR email = ANY($2::text[])',
};

/** Addresses that an undo may still give back to another account. */
export const FIND_RESERVED: HotStatement = {
  name: 'find_reserved_addresses',
  text: `
  SELECT address FROM one_time_tokens
  WHERE purpose = 'undo_email_change' AND address = ANY($1::text[]) AND expires_at > statement_timestamp()`,
};

const ACCOUNT_VALUES = ['email_verified', 'password_hash', 'full_name', 'role', 'is_active'];
const listed = (of: string): string => ACCOUNT_VALUES.map((name) => `${of}.${name}`).join(', ');

/**
 * Takes over what has changed in the source, for accounts that nobody has used here: a login renews the hash. The parameters from `$5` on
 * are the accounts and the start of renewed hashes. An admin is not changed. Changes of role and status have their lines of the trail.
 */
export const UPDATE_UNUSED_ACCOUNTS: HotStatement = {
  name: 'update_imported_accounts',
  text: `
  WITH given AS MATERIALIZED (SELECT * FROM ${given('$5')}),
  wanted AS (
    SELECT id, given.email_verified, coalesce(given.password_hash, users.password_hash) AS password_hash, given.full_name, given.role,
      given.is_active, users.role AS former_role, users.is_active AS was_active
    FROM given JOIN users USING (id)
    WHERE users.role <> '${ADMIN_ROLE}' AND NOT starts_with(users.password_hash, $6)
    FOR NO KEY UPDATE OF users
  ), changed AS (
    UPDATE users SET email_verified = wanted.email_verified, password_hash = wanted.password_hash, full_name = wanted.full_name,
      role = wanted.role, is_active = wanted.is_active, updated_at = statement_timestamp()
    FROM wanted WHERE users.id = wanted.id AND (${listed('users')}) IS DISTINCT FROM (${listed('wanted')})
    RETURNING users.id, users.role, users.is_active, former_role, was_active
  ), noted_roles AS (
    ${auditLine('user.role_changed', '(SELECT * FROM changed WHERE role <> former_role) AS c', {
      user: 'id',
      details: `jsonb_build_object('from', former_role, 'to', role)`,
    })}
  ), noted_status AS (
    ${auditLine(
      { of: `CASE WHEN is_active THEN 'user.activated' ELSE 'user.deactivated' END` },
      '(SELECT * FROM changed WHERE is_active <> was_active) AS c',
      { user: 'id' },
    )}
  )
  SELECT id FROM changed`,
};

/** Mails that wait for days: a mail server takes some time for a large number. */
export const QUEUE_INVITES: HotStatement = {
  name: 'queue_mails_of_import',
  text: `
  INSERT INTO mail_outbox (kind, user_id, expires_at)
  SELECT 'account_moved', id, now() + interval '7 days' FROM unnest($1::uuid[]) AS id`,
};

export const READ_POSITION: HotStatement = {
  name: 'read_import_position',
  text: 'SELECT counts, report_bytes::float8 AS "reportBytes" FROM import_positions WHERE key = $1',
};

export const KEEP_POSITION: HotStatement = {
  name: 'keep_import_position',
  text: `
  INSERT INTO import_positions (key, counts, report_bytes) VALUES ($1, $2, $3)
  ON CONFLICT (key) DO UPDATE SET counts = excluded.counts, report_bytes = excluded.report_bytes, updated_at = now()`,
};

export const FORGET_POSITION: HotStatement = {
  name: 'forget_import_position',
  text: 'DELETE FROM import_positions WHERE key = $1',
};

/** Of several imports one runs at a time. The lock ends with the connection. */
export const TAKE_IMPORT_LOCK: HotStatement = {
  name: 'take_import_lock',
  text: 'SELECT pg_try_advisory_lock(1764000000035) AS "isHeld"',
};

export const IS_MIGRATED: HotStatement = {
  name: 'is_migrated_for_import',
  text: `SELECT to_regclass('import_positions') IS NOT NULL AS "isMigrated"`,
};
