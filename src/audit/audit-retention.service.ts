import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { PeriodicTask } from '../common/periodic-task.js';
import { AppConfig } from '../config/app-config.js';

const INTERVAL_MS = 60_000;
const BATCH = 1000;
const EXPIRED = `
  DELETE FROM audit_events WHERE id IN (
    SELECT id FROM audit_events WHERE at < now() - make_interval(days => $1) ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** Removes events that are older than the retention, in batches; with a retention of 0 days they are kept for ever. */
@Injectable()
export class AuditRetentionService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask(AuditRetentionService.name, INTERVAL_MS, () => this.prune());

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.auditRetentionDays > 0) this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** @returns how many were removed */
  async prune(): Promise<number> {
    let removed = 0;
    for (;;) {
      const affected = await this.dataSource.transaction((manager) => this.removeBatch(manager));
      removed += affected;
      if (affected < BATCH) return removed;
    }
  }

  private async removeBatch(manager: EntityManager): Promise<number> {
    await manager.query(`SELECT set_config('ergodrive.audit_retention', 'on', true)`);
    const [, affected] = await manager.query<[unknown, number]>(EXPIRED, [
      this.config.auditRetentionDays,
      BATCH,
    ]);
    return affected;
  }
}
