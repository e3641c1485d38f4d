import { isLive } from '../../../src/database/live-session.js';
import { sql } from '../../support/postgres/sql.js';
import { isAccepted, isRefused, type Operation } from '../checker/history.js';
import type { TestSession } from '../load/population.js';
import type { FaultContext } from '../run-fault.js';

interface RecordRow {
  id: string;
  is_live: boolean;
  role: string;
}

const RECORD = `
  SELECT s.id, ${isLive('s')} AND u.is_active AS is_live, u.role
  FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ANY($1::uuid[])`;

/** Expects every instance to answer now what PostgreSQL says of the sessions: whether they live, and their roles. */
export async function expectRecordHolds(
  { deployment, client }: FaultContext,
  sessions: readonly TestSession[],
): Promise<void> {
  const ids = sessions.map(({ id }) => id);
  const rows = await sql<RecordRow>(deployment.database.url, RECORD, [ids]);
  const records = new Map(rows.map((row) => [row.id, row]));
  for (const session of sessions) {
    const record = records.get(session.id);
    const expected = record?.is_live === true ? `live ${record.role}` : 'refused';
    for (const instance of deployment.instances) {
      const answer = describeAnswer(await client.read(instance, session));
      expect(`instance ${instance.number}: ${answer}`).toBe(`instance ${instance.number}: ${expected}`);
    }
  }
}

function describeAnswer(operation: Operation): string {
  if (isRefused(operation)) return 'refused';
  return isAccepted(operation) ? `live ${operation.role ?? ''}` : `status ${operation.status}`;
}
