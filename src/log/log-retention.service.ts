import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { PeriodicTask } from '../common/periodic-task.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';
import { ReplayService } from './replay.service.js';
import { PRUNE_POSITIONS, PRUNE_ROWS, STORE_POSITION } from './invalidation-log.js';

const POSITION_INTERVAL_MS = 10_000;
const PRUNE_INTERVAL_MS = 60_000;
const BATCH = 10_000;

/** Notes the position in the log by the time, and removes what no replay needs any more, in batches until it is done. */
export class LogRetentionService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly positions = new PeriodicTask('LogPosition', POSITION_INTERVAL_MS, () =>
    this.storePosition(),
  );
  private readonly pruning = new PeriodicTask(LogRetentionService.name, PRUNE_INTERVAL_MS, () =>
    this.prune(),
  );

  constructor(
    private readonly replay: ReplayService,
    private readonly maintenance: MaintenanceConnection,
    private readonly dataSource: DataSource,
  ) {}

  onApplicationBootstrap(): void {
    this.positions.start(0);
    this.pruning.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.positions.stop(), this.pruning.stop()]);
  }

  async storePosition(): Promise<void> {
    await this.dataSource.query(STORE_POSITION);
  }

  /** @returns how many rows were removed; `undefined` while another instance does it */
  async prune(): Promise<number | undefined> {
    return this.maintenance.run('prune-invalidation-log', async (client) => {
      const { rows } = await client.query<{ horizon: string }>(PRUNE_POSITIONS, [
        this.replay.windowSeconds * 2,
      ]);
      const horizon = rows[0]?.horizon;
      let removed = 0;
      if (horizon === undefined) return removed;
      for (;;) {
        const { rowCount } = await client.query(PRUNE_ROWS, [horizon, BATCH]);
        removed += rowCount ?? 0;
        if ((rowCount ?? 0) < BATCH) return removed;
      }
    });
  }
}
