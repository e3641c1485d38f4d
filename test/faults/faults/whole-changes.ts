import { sql } from '../../support/postgres/sql.js';

/** Sessions that were opened by a login have an address, those of the population have none. */
const HALVES = `
  SELECT 'a session without its audit line' AS what, s.id FROM sessions s
  WHERE s.ip IS NOT NULL AND NOT EXISTS (
    SELECT FROM audit_events a WHERE a.action = 'session.opened' AND a.session_id = s.id)
  UNION ALL
  SELECT 'an audit line without its session', a.session_id FROM audit_events a
  WHERE a.action = 'session.opened' AND NOT EXISTS (SELECT FROM sessions s WHERE s.id = a.session_id)
  UNION ALL
  SELECT 'an ended session without its row in the log', s.id FROM sessions s
  WHERE s.revoked_at IS NOT NULL AND NOT EXISTS (SELECT FROM invalidations i WHERE i.session_id = s.id)`;
const OPENED = `SELECT count(*)::int AS count FROM audit_events WHERE action = 'session.opened'`;

/** Expects that PostgreSQL holds no change of which a part is missing, and that there were changes. */
export async function expectWholeChanges(url: string): Promise<void> {
  await expect(sql(url, HALVES)).resolves.toEqual([]);
  const [opened] = await sql<{ count: number }>(url, OPENED);
  expect(opened?.count).toBeGreaterThan(0);
}
