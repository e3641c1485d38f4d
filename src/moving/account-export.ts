import { noteWithin } from '../audit/audit.service.js';
import { SERVICE_ACTOR } from '../common/actor.js';
import type { DatabaseSession } from './database-session.js';
import { COUNT_ACCOUNTS, FETCH_EXPORT, OPEN_EXPORT } from './export-statements.js';
import type { ExportTarget } from './export-target.js';
import type { ProgressLine } from './progress-line.js';

const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/**
 * Writes every account as a line of NDJSON, with its password hash, as they are at one moment. The audit trail has a line of the export
 * before the first account is read: hashes that leave the service are an event, also when the export fails later.
 * @returns how many accounts were written
 * @throws Error of the driver or of the target
 */
export async function exportAccounts(
  session: DatabaseSession,
  target: ExportTarget,
  progress: ProgressLine,
): Promise<number> {
  await noteWithin(session.run, 'accounts.exported', SERVICE_ACTOR, {});
  const written = await session.transaction(() => copyAll(session, target, progress), SNAPSHOT);
  progress.clear();
  return written;
}

async function copyAll(
  session: DatabaseSession,
  target: ExportTarget,
  progress: ProgressLine,
): Promise<number> {
  const [total] = await session.run<{ accounts: number }>(COUNT_ACCOUNTS, []);
  await session.run(OPEN_EXPORT, []);
  for (let written = 0; ;) {
    const rows = await session.run<{ line: string }>(FETCH_EXPORT, []);
    if (rows.length === 0) return written;
    await target.write(rows.map(({ line }) => `${line}\n`).join(''));
    written += rows.length;
    progress.update(written, 'accounts', written / (total?.accounts ?? written));
  }
}
