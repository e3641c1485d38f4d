import { sql } from '../support/postgres/sql.js';
import type { FaultResult } from './run-fault.js';
import type { Operation } from './checker/history.js';
import type { Violation } from './checker/violation.js';

const MOST_EACH = 3;

const RECORD = `
  SELECT s.created_at, s.rotated_at, s.revoked_at, s.revoke_reason,
         (SELECT jsonb_agg(a.* ORDER BY a.id) FROM audit_events a WHERE a.session_id = s.id) AS audit
  FROM sessions s WHERE s.id = $1`;

/** A violation and what is known of its session, to find the cause. */
export interface Evidence {
  readonly violation: Violation;
  /** What was asked with the session or was to end it, or changed its user, in the order of the answers. */
  readonly operations: readonly Operation[];
  /** What PostgreSQL says of the session, and of what was done to it. */
  readonly record: readonly object[];
}

/** A line for each broken rule: how often, and the first time. */
export function summaryOf(violations: readonly Violation[]): string[] {
  const rules = [...new Set(violations.map(({ rule }) => rule))];
  return rules.map((rule) => {
    const broken = violations.filter((each) => each.rule === rule);
    const { lateMs, detail, operation } = broken[0]!;
    const { kind, instance, status } = operation;
    const late = lateMs === undefined ? [] : [`${lateMs.toFixed(0)} ms late`];
    return [`${rule}: ${broken.length}`, `${kind} at ${instance}, ${status}`, ...late, detail ?? []]
      .flat()
      .join('; ');
  });
}

/** Some violations of each kind. @param databaseUrl where the record is */
export async function gatherEvidence(
  databaseUrl: string,
  { operations, checked: { violations } }: FaultResult,
): Promise<Evidence[]> {
  const rules = [...new Set(violations.map(({ rule }) => rule))];
  const samples = rules.flatMap((rule) =>
    violations.filter((each) => each.rule === rule).slice(0, MOST_EACH),
  );
  return Promise.all(
    samples.map(async (violation) => {
      const { userId, sessionId } = violation.operation;
      return {
        violation,
        operations: operations.filter((operation) => concerns(operation, userId, sessionId)),
        record: sessionId === undefined ? [] : await sql(databaseUrl, RECORD, [sessionId]),
      };
    }),
  );
}

function concerns(operation: Operation, userId: string, sessionId: string | undefined): boolean {
  if (sessionId !== undefined && [operation.sessionId, operation.opened].includes(sessionId)) return true;
  return operation.userId === userId && (operation.ends !== undefined || operation.sets !== undefined);
}
