import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ClientBase } from 'pg';
import { PeriodicTask } from '../common/periodic-task.js';
import { AppConfig } from '../config/app-config.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';

const INTERVAL_MS = 60_000;
const BATCH = 1000;
/** Without FOR UPDATE, for which the role would need to be allowed to update. Only one instance at a time deletes. */
const EXPIRED = `
  DELETE FROM audit_events WHERE id IN (
    SELECT id FROM audit_events WHERE at < now() - make_interval(days => $1) ORDER BY at LIMIT $2)`;

/** Deletes events that are older than the retention, in batches. With a retention of 0 days, all events are kept. */
@Injectable()
export class AuditRetentionService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask(AuditRetentionService.name, INTERVAL_MS, () => this.prune());

  constructor(
    private readonly maintenance: MaintenanceConnection,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.auditRetentionDays > 0) this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /**
   * @returns the number of deleted events; 0 while another instance deletes them
   * @throws Error of the driver; batches that were committed before stay deleted
   */
  async prune(): Promise<number> {
    const removed = await this.maintenance.run('audit-retention', (client) => this.removeExpired(client));
    return removed ?? 0;
  }

  private async removeExpired(client: ClientBase): Promise<number> {
    let removed = 0;
    for (;;) {
      const affected = await this.removeBatch(client);
      removed += affected;
      if (affected < BATCH) return removed;
    }
  }

  /** The setting permits the deletion in this transaction only. A failure closes the connection and ends the transaction. */
  private async removeBatch(client: ClientBase): Promise<number> {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('ergodrive.audit_retention', 'on', true)`);
    const { rowCount } = await client.query(EXPIRED, [this.config.auditRetentionDays, BATCH]);
    await client.query('COMMIT');
    return rowCount ?? 0;
  }
}
