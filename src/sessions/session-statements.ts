import { auditLine } from '../audit/audit-line.js';
import { GATE, isLive } from '../database/live-session.js';
import type { HotStatement } from '../database/hot-statements.js';
import { CALLER } from '../commands/caller.js';

const OF_CLIENT_IF_ANY = `jsonb_strip_nulls(jsonb_build_object('client_id', client_id))`;

/** The lines of the audit trail for the rows of `ended`. */
const endLines = auditLine('session.revoked', 'ended', {
  user: 'user_id',
  session: 'id',
  details: `jsonb_build_object('reason', revoke_reason)`,
});

/**
 * The session and its line in the audit trail; nothing where the account has changed, or the OAuth client has ended. The lock
 * makes logins to one account take turns until the transaction ends, and the time is taken under it: sessions open in the order of
 * their times. The lock on the client makes its end wait, which then finds the session. `is_elsewhere`: the account has stored sessions, and
 * none of them was opened from this network with this user agent.
 */
export const OPEN: HotStatement = {
  name: 'open_session',
  text: `
  WITH ${GATE}, account AS MATERIALIZED (
    SELECT id, role FROM users
    WHERE EXISTS (SELECT FROM gate) AND id = $5 AND is_active AND password_hash = $6 FOR NO KEY UPDATE
  ), client AS MATERIALIZED (
    SELECT id FROM oauth_clients
    WHERE client_id = $10::text AND ended_at IS NULL AND EXISTS (SELECT FROM account) FOR SHARE
  ), moment AS MATERIALIZED (
    SELECT id, clock_timestamp() AS at FROM account WHERE $10::text IS NULL OR EXISTS (SELECT FROM client)
  ), opened AS (
    INSERT INTO sessions (
      id, user_id, refresh_jti, rotated_at, created_at, last_used_at, expires_at, user_agent, ip, client_id, device_name)
    SELECT $7, id, $8, at, at, at, at + make_interval(secs => $9), $3, $2, $10::text, $11::text FROM moment
    RETURNING id, user_id, rotated_at, expires_at, client_id
  ), noted AS (${auditLine('session.opened', 'opened', { user: 'user_id', session: 'id', details: OF_CLIENT_IF_ANY })})
  SELECT rotated_at, expires_at, role,
    EXISTS (SELECT FROM sessions WHERE user_id = $5) AND NOT EXISTS (
      SELECT FROM sessions s
      WHERE s.user_id = $5 AND s.ip IS NOT NULL AND network_of(s.ip) = network_of($2::text)
        AND s.user_agent IS NOT DISTINCT FROM $3::text
    ) AS is_elsewhere
  FROM opened, account`,
};

/** The oldest live sessions beyond the cap, never the one just opened, with their lines in the audit trail. */
export const END_OLDEST: HotStatement = {
  name: 'end_oldest_sessions',
  text: `
  WITH ended AS (
    UPDATE sessions SET revoked_at = now(), revoke_reason = 'too_many_sessions'
    WHERE revoked_at IS NULL AND id IN (
      SELECT id FROM sessions
      WHERE user_id = $5 AND id <> $6 AND ${isLive('sessions')}
      ORDER BY created_at DESC, id OFFSET $7::int - 1
    )
    RETURNING id, user_id, revoke_reason
  )${endLines}
  RETURNING session_id AS id`,
};

/** Live sessions that the caller may end, with their lines in the audit trail. */
export const END_SESSIONS: HotStatement = {
  name: 'end_sessions',
  text: `
  WITH ${CALLER}, ended AS (
    UPDATE sessions SET revoked_at = statement_timestamp(), revoke_reason = $10
    WHERE user_id = $7 AND ${isLive('sessions')}
      AND ($8::uuid IS NULL OR id = $8) AND ($9::uuid IS NULL OR id <> $9) AND EXISTS (SELECT FROM permitted)
    RETURNING id, user_id, revoke_reason
  ), noted AS (${endLines})
  SELECT (SELECT role FROM caller) AS caller_role, ARRAY(SELECT id::text FROM ended) AS ended`,
};

/** Names the device of a live session that is the caller's. */
export const NAME_SESSION: HotStatement = {
  name: 'name_session',
  text: `
  WITH ${CALLER}, named AS (
    UPDATE sessions SET device_name = $9
    WHERE id = $8 AND user_id = $7 AND ${isLive('sessions')} AND EXISTS (SELECT FROM permitted)
    RETURNING id
  )
  SELECT (SELECT role FROM caller) AS caller_role, EXISTS (SELECT FROM named) AS is_named`,
};

/** Ends the generation of all sessions, with a line in the audit trail that has the number of the live ones. */
export const END_EVERYBODY: HotStatement = {
  name: 'end_everybody',
  text: `
  WITH ${CALLER}, ended AS MATERIALIZED (
    SELECT count(*)::int AS ended FROM sessions WHERE ${isLive('sessions')} AND EXISTS (SELECT FROM permitted)
  ), raised AS (
    UPDATE session_generation SET generation = generation + 1 WHERE EXISTS (SELECT FROM permitted) RETURNING generation
  ), noted AS (
    ${auditLine('session.everybody_ended', 'raised, ended', { details: `jsonb_build_object('ended', ended)` })}
  )
  SELECT (SELECT role FROM caller) AS caller_role, ended FROM ended`,
};

/** Some live sessions of an OAuth client. */
export const OF_CLIENT: HotStatement = {
  name: 'sessions_of_client',
  text: `
  SELECT id, user_id FROM sessions WHERE client_id = $1 AND ${isLive('sessions')} ORDER BY id LIMIT $2`,
};

/** Sessions whose accounts are locked, with their lines in the audit trail. */
export const END_OF_CLIENT: HotStatement = {
  name: 'end_sessions_of_client',
  text: `
  WITH ended AS (
    UPDATE sessions SET revoked_at = statement_timestamp(), revoke_reason = 'client_ended'
    WHERE id = ANY($5::uuid[]) AND ${isLive('sessions')}
    RETURNING id, user_id, client_id, revoke_reason
  )${auditLine('session.revoked', 'ended', {
    user: 'user_id',
    session: 'id',
    details: `jsonb_build_object('reason', revoke_reason, 'client_id', client_id)`,
  })}
  RETURNING session_id AS id, user_id`,
};

/** The compare-and-set of a refresh. A refresh token is good only for the client that got it (RFC 6749 §6). */
export const ROTATE: HotStatement = {
  name: 'rotate_session',
  text: `
  UPDATE sessions s
  SET refresh_jti = $3, previous_refresh_jti = s.refresh_jti, rotated_at = now(), last_used_at = now(),
      expires_at = least(now() + make_interval(secs => $4), s.created_at + make_interval(secs => $5)),
      rotation_key = $6, rotated_ip = $7, rotated_user_agent = $8
  FROM users u
  WHERE s.id = $1 AND s.refresh_jti = $2 AND ${isLive('s')}
    AND s.created_at + make_interval(secs => $5) > now()
    AND u.id = s.user_id AND u.is_active AND s.client_id IS NOT DISTINCT FROM $9
  RETURNING s.user_id, s.created_at, s.rotated_at, s.expires_at, u.role`,
};

/** A live session whose compare-and-set found nothing, with what decides why. */
export const EXPLAIN_REFUSAL: HotStatement = {
  name: 'explain_refused_rotation',
  text: `
  SELECT s.user_id, u.role, s.refresh_jti, s.created_at, s.rotated_at, s.expires_at, s.rotated_ip, s.rotated_user_agent,
    now() AS at,
    s.client_id IS NOT DISTINCT FROM $6 AS is_own,
    s.refresh_jti = $2 AS is_current,
    s.previous_refresh_jti IS NOT DISTINCT FROM $2 AS is_predecessor,
    s.rotation_key IS NOT NULL AS has_key,
    coalesce(s.rotation_key = $3, false) AS has_same_key,
    coalesce(octet_length(s.rotation_key) > 32, false) AS was_by_cookie,
    s.rotated_at > now() - make_interval(secs => $4) AS is_in_grace,
    s.created_at + make_interval(secs => $5) <= now() AS is_too_old
  FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.id = $1 AND ${isLive('s')} AND u.is_active`,
};
