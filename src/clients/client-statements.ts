import type { AuditAction } from '../audit/audit-action.js';
import { auditLine } from '../audit/audit-line.js';
import type { HotStatement } from '../database/hot-statements.js';
import { CALLER } from '../commands/caller.js';

export const FIND: HotStatement = {
  name: 'find_client',
  text: `
  SELECT client_id AS id, name, scopes, secret_hash AS "secretHash", previous_secret_hash AS "previousSecretHash",
    previous_secret_expires_at AS "previousSecretExpiresAt"
  FROM oauth_clients WHERE client_id = $1 AND ended_at IS NULL`,
};

/** Whether a file manages the client. The answer stays true until the end of the transaction. */
export const LOCK_CLIENT: HotStatement = {
  name: 'lock_client',
  text: `SELECT managed_by FROM oauth_clients WHERE client_id = $1 FOR NO KEY UPDATE`,
};

const CLIENT_FACTS = `jsonb_build_object('client_id', client_id, 'name', name, 'scopes', scopes)`;

/** Each of the following writes its line of the audit trail too, and answers nothing but the caller's role to who may not. */
const noted = (action: AuditAction, source: string): string =>
  `noted AS (${auditLine(action, source, { details: CLIENT_FACTS })})`;
const SHOWN = 'id, client_id, client_id AS "clientId", name, scopes, created_at AS "createdAt"';
/** What the API may change: no client that a file describes. */
const ADMINISTERED = 'client_id = $7 AND managed_by IS NULL';
const answered = (source: string): string => `
  SELECT (SELECT role FROM caller) AS caller_role, ${source}.*
  FROM (SELECT 1) AS always LEFT JOIN ${source} ON true`;

export const CREATE: HotStatement = {
  name: 'create_client',
  text: `
  WITH ${CALLER}, created AS (
    INSERT INTO oauth_clients (name, scopes, secret_hash) SELECT $7, $8, $9 WHERE EXISTS (SELECT FROM permitted)
    RETURNING ${SHOWN}
  ), ${noted('client.created', 'created')}
  ${answered('created')}`,
};

export const UPDATE: HotStatement = {
  name: 'update_client',
  text: `
  WITH ${CALLER}, updated AS (
    UPDATE oauth_clients SET name = coalesce($8, name), scopes = coalesce($9::text[], scopes)
    WHERE ${ADMINISTERED} AND ended_at IS NULL AND EXISTS (SELECT FROM permitted)
    RETURNING ${SHOWN}, previous_secret_expires_at AS "previousSecretExpiresAt"
  ), ${noted('client.updated', 'updated')}
  ${answered('updated')}`,
};

export const RENEW_SECRET: HotStatement = {
  name: 'renew_client_secret',
  text: `
  WITH ${CALLER}, renewed AS (
    UPDATE oauth_clients SET secret_hash = $8, previous_secret_hash = secret_hash,
      previous_secret_expires_at = statement_timestamp() + make_interval(secs => $9)
    WHERE ${ADMINISTERED} AND ended_at IS NULL AND EXISTS (SELECT FROM permitted)
    RETURNING ${SHOWN}, previous_secret_expires_at AS "previousSecretExpiresAt"
  ), ${noted('client.secret_renewed', 'renewed')}
  ${answered('renewed')}`,
};

/** Ends it if it has not ended yet, and answers it in either case. */
export const END_CLIENT: HotStatement = {
  name: 'end_client',
  text: `
  WITH ${CALLER}, ended AS (
    UPDATE oauth_clients SET ended_at = statement_timestamp()
    WHERE ${ADMINISTERED} AND ended_at IS NULL AND EXISTS (SELECT FROM permitted)
    RETURNING id, client_id, name, scopes
  ), ${noted('client.ended', 'ended')}, known AS (
    SELECT id FROM oauth_clients WHERE ${ADMINISTERED}
  )
  ${answered('known')}`,
};
