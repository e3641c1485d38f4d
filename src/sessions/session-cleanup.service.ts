import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ClientBase } from 'pg';
import { PeriodicTask } from '../common/periodic-task.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';

const INTERVAL_MS = 3_600_000;
const FIRST_DELAY_MS = 60_000;
/** 16 MiB of the table: some 70,000 sessions. */
const BLOCKS_PER_STATEMENT = 2000;
/** How long an ended session is kept, for those who look into what happened. */
const KEEP_DAYS = 30;

const COUNT_BLOCKS = `
  SELECT ceil(pg_relation_size('sessions') / current_setting('block_size')::float8) AS blocks`;
/**
 * PostgreSQL 14 and later read only the blocks in question (TID range scan); 13 reads the whole table each time.
 * A row that somebody has locked is left for the next pass.
 */
const REMOVE_ENDED = `
  DELETE FROM sessions WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM sessions
    WHERE ctid >= $1::tid AND ctid < $2::tid
      AND (expires_at < now() - make_interval(days => $3) OR revoked_at < now() - make_interval(days => $3))
    FOR UPDATE SKIP LOCKED))`;

/**
 * Removes sessions that ended long ago. It walks the whole table, some blocks a statement: an index on when sessions ended
 * would be written to by each revocation, one on `expires_at` by each refresh.
 */
@Injectable()
export class SessionCleanupService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask(SessionCleanupService.name, INTERVAL_MS, () => this.removeEnded());

  constructor(private readonly maintenance: MaintenanceConnection) {}

  onApplicationBootstrap(): void {
    this.task.start(FIRST_DELAY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /**
   * One pass over the table.
   * @returns how many were removed; 0 when another instance does it at the moment
   * @throws Error of the driver; what was removed before stays removed
   */
  async removeEnded(blocksPerStatement = BLOCKS_PER_STATEMENT): Promise<number> {
    const removed = await this.maintenance.run('session-cleanup', (client) =>
      removeEnded(client, blocksPerStatement),
    );
    return removed ?? 0;
  }
}

async function removeEnded(client: ClientBase, blocksPerStatement: number): Promise<number> {
  const { rows } = await client.query<{ blocks: number }>(COUNT_BLOCKS);
  const blocks = rows[0]?.blocks ?? 0;
  let removed = 0;
  for (let first = 0; first < blocks; first += blocksPerStatement) {
    const range = [`(${first},0)`, `(${first + blocksPerStatement},0)`];
    const { rowCount } = await client.query(REMOVE_ENDED, [...range, KEEP_DAYS]);
    removed += rowCount ?? 0;
  }
  return removed;
}
