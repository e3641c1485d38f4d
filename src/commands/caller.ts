import { actorValues } from '../audit/audit-line.js';
import type { Actor } from '../common/actor.js';
import { isLive } from '../database/live-session.js';
import { Problems } from '../http/problem.error.js';

/** Parameters `$1` to `$6` of a statement with {@link CALLER}; those of `actorValues` come first. */
export const callerValues = (by: Actor): unknown[] => [
  ...actorValues(by),
  by.sessionId,
  by.requiredRoles ?? null,
];

/**
 * Common table expressions for a statement that acts for a caller, whose first parameters are `callerValues`.
 * `actor` is who acts, and from where. `caller` has the role of an active caller with a live session, which stays live until the commit. `permitted` has a
 * row when the caller may act: with one of the roles that are required, or without a session to check.
 */
export const CALLER = `
  actor AS (
    SELECT $1::uuid AS id, $2::text AS ip, $3::text AS user_agent, $4::text AS request_id
  ), caller AS (
    SELECT u.role FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = $5::uuid AND u.id = $1::uuid AND u.is_active
      AND ${isLive('s')}
    FOR SHARE OF s
  ), permitted AS MATERIALIZED (
    SELECT 1 FROM caller WHERE $6::text[] IS NULL OR role = ANY($6::text[])
    UNION ALL SELECT 1 WHERE $5::uuid IS NULL
  )`;

/** The column that a statement with {@link CALLER} returns: `(SELECT role FROM caller) AS caller_role`. */
export interface CallerRow {
  caller_role: string | null;
}

/** @throws ProblemError 401 `token_revoked`, 403 `forbidden` */
export function demandPermitted(by: Actor, { caller_role: role }: CallerRow): void {
  if (by.sessionId === null) return;
  if (role === null) throw Problems.tokenRevoked();
  if (by.requiredRoles !== undefined && !by.requiredRoles.includes(role)) throw Problems.forbidden();
}
