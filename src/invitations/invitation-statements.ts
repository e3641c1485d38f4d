import { ADMIN_ROLE } from '../config/roles.js';
import type { HotStatement } from '../database/hot-statements.js';

const IS_OPEN = 'i.accepted_at IS NULL AND i.ended_at IS NULL';

/** An invitation is as good as the rights of who sent it. */
const IS_BACKED = `EXISTS (
    SELECT FROM users u WHERE u.id = i.invited_by AND u.is_active AND u.role = '${ADMIN_ROLE}')`;

/** `pending` is what can be accepted. */
const STATE = `
  CASE
    WHEN i.accepted_at IS NOT NULL THEN 'accepted'
    WHEN i.ended_at IS NOT NULL THEN 'ended'
    WHEN i.expires_at <= statement_timestamp() THEN 'expired'
    WHEN NOT ${IS_BACKED} THEN 'ended'
    ELSE 'pending'
  END`;

const COLUMNS = `i.id, i.email, i.role, i.locale, i.invited_by AS "invitedBy", ${STATE} AS state, i.created_at AS "createdAt",
  i.expires_at AS "expiresAt", i.accepted_at AS "acceptedAt", i.ended_at AS "endedAt"`;

const OPEN_COLUMNS = `i.id, i.email, i.role, i.locale, i.invited_by AS "invitedBy", ${IS_BACKED} AS "isBacked"`;

export const INSERT: HotStatement = {
  name: 'insert_invitation',
  text: `
  INSERT INTO invitations AS i (id, email, role, locale, invited_by, token_id, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
  RETURNING ${COLUMNS}`,
};

/** A new mail: whoever sends it answers for the invitation from now on. */
export const RENEW: HotStatement = {
  name: 'renew_invitation',
  text: `
  UPDATE invitations i SET invited_by = $2, token_id = $3, expires_at = $4 WHERE i.id = $1 AND ${IS_OPEN} RETURNING ${COLUMNS}`,
};

/** By its id, or for its address. */
export const END: HotStatement = {
  name: 'end_invitation',
  text: `
  UPDATE invitations i SET ended_at = statement_timestamp() WHERE (i.id = $1::uuid OR i.email = $2::text) AND ${IS_OPEN}
  RETURNING i.id, i.email`,
};

export const ACCEPT: HotStatement = {
  name: 'accept_invitation',
  text: `UPDATE invitations i SET accepted_at = statement_timestamp() WHERE i.id = $1 AND ${IS_OPEN} RETURNING i.id`,
};

export const FIND_OPEN: HotStatement = {
  name: 'find_open_invitation',
  text: `SELECT ${OPEN_COLUMNS} FROM invitations i WHERE i.id = $1 AND ${IS_OPEN}`,
};

export const LOCK_OPEN: HotStatement = {
  name: 'lock_open_invitation',
  text: `${FIND_OPEN.text} FOR UPDATE`,
};

const WITH_STATE = `SELECT * FROM (SELECT ${COLUMNS} FROM invitations i) AS i WHERE $1::text IS NULL OR i.state = $1`;

export const COUNT: HotStatement = {
  name: 'count_invitations',
  text: `SELECT count(*)::int AS total FROM (${WITH_STATE}) AS found`,
};

/** Newest first. */
export const LIST: HotStatement = {
  name: 'list_invitations',
  text: `${WITH_STATE} ORDER BY i."createdAt" DESC, i.id DESC LIMIT $2 OFFSET $3`,
};
