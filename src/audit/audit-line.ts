import type { Actor } from '../common/actor.js';
import type { AuditAction } from './audit-action.js';

/** Parameters `$1` to `$4` of a statement with an {@link auditLine}. */
export const actorValues = ({ id, ip, userAgent, requestId }: Actor): unknown[] => [
  id,
  ip,
  userAgent,
  requestId,
];

/** SQL expressions over the rows of the source; `NULL`, or no details, by default. */
export interface AuditColumns {
  readonly user?: string;
  readonly session?: string;
  /** `jsonb`: facts about the action, never a secret. */
  readonly details?: string;
}

/**
 * An INSERT that writes one line of the audit trail for each row of a source, by the actor of the parameters {@link actorValues}.
 * @param action the same for all rows, or an SQL expression over them
 * @param source a table expression, such as the name of a common table expression
 */
export function auditLine(
  action: AuditAction | { readonly of: string },
  source: string,
  { user = 'NULL', session = 'NULL', details = `'{}'` }: AuditColumns = {},
): string {
  const name = typeof action === 'string' ? `'${action}'` : action.of;
  return `
    INSERT INTO audit_events (action, user_id, session_id, actor_id, ip, user_agent, request_id, details)
    SELECT ${name}, ${user}::uuid, ${session}::uuid, $1::uuid, $2, $3, $4, (${details})::jsonb FROM ${source}`;
}
