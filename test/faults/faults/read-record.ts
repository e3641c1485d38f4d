import { isLive } from '../../../src/database/live-session.js';
import { sql } from '../../support/postgres/sql.js';
import type { RecordAfterLoss } from '../checker/record-after-loss.js';

const SESSIONS = `
  SELECT s.id, ${isLive('s')} AND u.is_active AS is_live FROM sessions s JOIN users u ON u.id = s.user_id`;
const ROLES = 'SELECT id, role FROM users';

/** Reads what a server holds that takes the place of one with later changes. */
export async function readRecord(url: string): Promise<RecordAfterLoss> {
  const [sessions, users] = await Promise.all([
    sql<{ id: string; is_live: boolean }>(url, SESSIONS),
    sql<{ id: string; role: string }>(url, ROLES),
  ]);
  const idsWhere = (isLive: boolean) =>
    new Set(sessions.filter(({ is_live }) => is_live === isLive).map(({ id }) => id));
  return {
    live: idsWhere(true),
    ended: idsWhere(false),
    roles: new Map(users.map(({ id, role }) => [id, role])),
  };
}
