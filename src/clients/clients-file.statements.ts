import type { AuditAction } from '../audit/audit-action.js';
import { auditLine } from '../audit/audit-line.js';
import type { HotStatement } from '../database/hot-statements.js';

/** Any number, the same on every instance and no other lock's. */
const FILE_LOCK = 2_718_281_828;

/** Instances that apply a file take turns. The lock ends with the transaction, so it works through a pooler too. */
export const TAKE_TURN: HotStatement = {
  name: 'lock_clients_file',
  text: `SELECT pg_advisory_xact_lock(${FILE_LOCK})`,
};

/** The clients that a file made, also those that have ended. */
export const READ: HotStatement = {
  name: 'read_clients_of_file',
  text: `
  SELECT id, client_id AS "clientId", name, scopes, managed_by AS "managedBy", ended_at AS "endedAt",
    secret_hash AS "secretHash", previous_secret_hash AS "previousSecretHash",
    previous_secret_expires_at AS "previousSecretExpiresAt"
  FROM oauth_clients WHERE chosen_id IS NOT NULL`,
};

const FACTS = `jsonb_build_object('client_id', client_id, 'name', name, 'scopes', scopes, 'source', 'file')`;

/** The change with its line of the audit trail. The parameters from `$5` on are its own. */
const noted = (name: string, action: AuditAction, change: string): HotStatement => ({
  name,
  text: `
  WITH changed AS (${change} RETURNING client_id, name, scopes)
  ${auditLine(action, 'changed', { details: FACTS })}`,
});

export const CREATE = noted(
  'create_client_of_file',
  'client.created',
  `INSERT INTO oauth_clients (
    chosen_id, managed_by, name, scopes, secret_hash, previous_secret_hash, previous_secret_expires_at)
  VALUES ($5, 'file', $6, $7, $8, $9, $10)`,
);

/** @param `$8` who manages it from now on */
export const UPDATE = noted(
  'update_client_of_file',
  'client.updated',
  'UPDATE oauth_clients SET name = $6, scopes = $7, managed_by = $8 WHERE id = $5',
);

export const SET_SECRETS = noted(
  'set_client_secrets_of_file',
  'client.secret_renewed',
  `UPDATE oauth_clients SET secret_hash = $6, previous_secret_hash = $7, previous_secret_expires_at = $8 WHERE id = $5`,
);

export const END = noted(
  'end_client_of_file',
  'client.ended',
  'UPDATE oauth_clients SET ended_at = statement_timestamp() WHERE id = $5 AND ended_at IS NULL',
);
