import { ADMIN_ROLE } from '../config/roles.js';
import type { HotStatement } from '../database/hot-statements.js';
import { PURPOSE_RULES } from './one-time-token.js';

const bound = (purposes: 'credential' | 'address'): string =>
  Object.entries(PURPOSE_RULES)
    .filter(([, { bindsTo }]) => bindsTo === purposes)
    .map(([purpose]) => `'${purpose}'`)
    .join(', ');

/** SQL for the digest of what a token of an account `u` depends on; `NULL` for nothing. @param purpose an SQL expression */
const stateOf = (purpose: string): string => `
  CASE
    WHEN ${purpose} IN (${bound('credential')}) THEN sha256(convert_to(concat_ws(' ', u.email, u.password_hash), 'UTF8'))
    WHEN ${purpose} IN (${bound('address')}) THEN sha256(convert_to(u.email, 'UTF8'))
  END`;

/** Makes transactions that use or end tokens of one address take turns: each deletes several rows, and would wait for the other's. */
export const LOCK_ADDRESS: HotStatement = {
  name: 'lock_address_of_tokens',
  text: `SELECT pg_advisory_xact_lock(hashtextextended('one-time tokens of ' || $1::text, 0))`,
};

/** Tokens of one account are issued one after another: each sees, and ends, the earlier ones. */
export const LOCK_ACCOUNT: HotStatement = {
  name: 'lock_account_of_token',
  text: 'SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE',
};

/** Whether an account `u` can have tokens of this purpose: an undo is for an account that waits for its deletion. */
const mayHave = (purpose: string): string => `
  CASE WHEN ${purpose} = 'undo_deletion' THEN NOT u.is_active AND u.deletion_due_at > statement_timestamp() ELSE u.is_active END`;

export const ISSUE: HotStatement = {
  name: 'issue_one_time_token',
  text: `
  WITH ended AS (
    DELETE FROM one_time_tokens
    WHERE $8::boolean AND purpose = $2
      AND CASE WHEN $4::uuid IS NULL THEN user_id IS NULL AND address = $5 ELSE user_id = $4 END
  )
  INSERT INTO one_time_tokens (id, purpose, digest, user_id, address, state, data, created_at, expires_at)
  SELECT $1, $2, $3, $4, $5,
    (SELECT ${stateOf('$2')} FROM users u WHERE u.id = $4), $6,
    statement_timestamp(), statement_timestamp() + make_interval(secs => $7)
  WHERE $4::uuid IS NULL OR EXISTS (SELECT FROM users u WHERE u.id = $4 AND ${mayHave('$2')})
  RETURNING expires_at`,
};

/**
 * A token that an OAuth client got is good while the client may get others, and never sets the password of an admin: not even of somebody
 * who became one after the issue.
 */
const isOfRightfulClient = `(t.data->>'client_id' IS NULL OR (
    EXISTS (SELECT FROM oauth_clients c
      WHERE c.client_id = t.data->>'client_id' AND c.ended_at IS NULL AND 'one_time_tokens' = ANY(c.scopes))
    AND (t.purpose <> 'reset_password' OR u.role <> '${ADMIN_ROLE}')))`;

/** A token that is good now. The state of its account is that of the issue. */
const usable = `
  t.expires_at > statement_timestamp() AND (t.user_id IS NULL OR EXISTS (
    SELECT FROM users u WHERE u.id = t.user_id AND ${mayHave('t.purpose')} AND t.state IS NOT DISTINCT FROM ${stateOf('t.purpose')}
      AND ${isOfRightfulClient}))`;

const GRANT = 't.purpose, t.user_id AS "userId", t.address, t.data';

/** Finds and changes nothing. */
export const PEEK: HotStatement = {
  name: 'peek_one_time_token',
  text: `SELECT ${GRANT} FROM one_time_tokens t WHERE t.digest = $1 AND t.purpose = ANY($2::text[]) AND ${usable}`,
};

/** Of several uses at the same time, one gets the row. */
export const CONSUME: HotStatement = {
  name: 'consume_one_time_token',
  text: `DELETE FROM one_time_tokens t WHERE t.digest = $1 AND t.purpose = ANY($2::text[]) AND ${usable} RETURNING ${GRANT}`,
};

export const FIND_ISSUED: HotStatement = {
  name: 'find_issued_token',
  text: `SELECT t.expires_at FROM one_time_tokens t WHERE t.digest = $1 AND t.purpose = ANY($2::text[]) AND ${usable}`,
};

export const END_OF_ACCOUNT: HotStatement = {
  name: 'end_one_time_tokens',
  text: 'DELETE FROM one_time_tokens WHERE user_id = $1 AND purpose = ANY($2::text[])',
};

/** What was issued later to the same account for the same purpose. */
export const END_LATER: HotStatement = {
  name: 'end_later_tokens',
  text: `
  DELETE FROM one_time_tokens later USING one_time_tokens t
  WHERE t.digest = $1 AND later.user_id = t.user_id AND later.purpose = t.purpose AND later.created_at > t.created_at`,
};

export const END_OF_ADDRESS: HotStatement = {
  name: 'end_tokens_of_address',
  text: 'DELETE FROM one_time_tokens WHERE address = $1 AND purpose = $2 AND user_id IS NULL',
};

/** Whether an undo may still give the address back to its account. */
export const IS_RESERVED: HotStatement = {
  name: 'is_address_reserved',
  text: `
  SELECT EXISTS (
    SELECT FROM one_time_tokens
    WHERE address = $1 AND purpose = 'undo_email_change' AND user_id IS DISTINCT FROM $2::uuid
      AND expires_at > statement_timestamp()
  ) AS is_reserved`,
};
