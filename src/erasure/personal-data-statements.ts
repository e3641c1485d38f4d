import type { HotStatement } from '../database/hot-statements.js';

/** Columns have the names of members of the export, so that a row is one of its objects. None holds a secret. */
export const ACCOUNT: HotStatement = {
  name: 'export_account',
  text: `
  SELECT id, email, email_verified, full_name, role, is_active, locale, password_hash IS NOT NULL AS has_password, created_at, updated_at
  FROM users WHERE id = $1`,
};

/** The parameters of each: the account, the last id of the page before, the size of a page. */
export const SESSIONS: HotStatement = {
  name: 'export_sessions',
  text: `
  SELECT id, created_at, last_used_at, expires_at, revoked_at AS ended_at, revoke_reason AS end_reason, client_id, device_name,
    user_agent, ip, rotated_user_agent AS refreshed_user_agent, rotated_ip AS refreshed_ip
  FROM sessions WHERE user_id = $1 AND ($2::text IS NULL OR id > $2::uuid) ORDER BY id LIMIT $3`,
};

export const INVITATIONS: HotStatement = {
  name: 'export_invitations',
  text: `
  SELECT id, email, role, locale, created_at, expires_at, accepted_at, ended_at FROM invitations
  WHERE email = (SELECT email FROM users WHERE id = $1) AND ($2::text IS NULL OR id > $2::uuid) ORDER BY id LIMIT $3`,
};

export const LINKS: HotStatement = {
  name: 'export_links',
  text: `
  SELECT id, purpose, coalesce(address, data->>'email') AS address, created_at, expires_at FROM one_time_tokens
  WHERE (user_id = $1 OR address = (SELECT email FROM users WHERE id = $1)) AND ($2::text IS NULL OR id > $2::uuid) ORDER BY id, purpose LIMIT $3`,
};

export const MAILS: HotStatement = {
  name: 'export_mails',
  text: `
  SELECT id, kind, address, created_at, expires_at, failed_at FROM mail_outbox
  WHERE (user_id = $1 OR address = (SELECT email FROM users WHERE id = $1)) AND ($2::text IS NULL OR id > $2::uuid) ORDER BY id LIMIT $3`,
};

const EVENT = 'id, at, action, user_id, actor_id, session_id, ip, user_agent, details';
const page = (whose: string): string => `
  (SELECT ${EVENT} FROM audit_events WHERE ${whose} = $1 AND ($2::text IS NULL OR id < $2::bigint) ORDER BY id DESC LIMIT $3)`;

/**
 * Newest first. Where somebody else acted on the account, address and device are those of that person; where the account acted on another
 * one, the other one is left out.
 */
export const EVENTS: HotStatement = {
  name: 'export_events',
  text: `
  SELECT id::text, at, action, user_id = $1 AS about_me, actor_id IS NOT DISTINCT FROM $1 AS by_me, session_id,
    CASE WHEN actor_id IS NULL OR actor_id = $1 THEN ip END AS ip,
    CASE WHEN actor_id IS NULL OR actor_id = $1 THEN user_agent END AS user_agent, details
  FROM (${page('user_id')} UNION ${page('actor_id')}) AS event ORDER BY event.id DESC LIMIT $3`,
};
