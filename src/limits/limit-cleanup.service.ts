import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../common/periodic-task.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';

const INTERVAL_MS = 60_000;
const REMOVE = 'DELETE FROM limit_counts WHERE expires_at < now() OR count = 0';

/** Removes counts whose window has ended. A count that is still used is made again by the next attempt. */
@Injectable()
export class LimitCleanupService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask(LimitCleanupService.name, INTERVAL_MS, () => this.removeExpired());

  constructor(private readonly maintenance: MaintenanceConnection) {}

  onApplicationBootstrap(): void {
    this.task.start(INTERVAL_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /**
   * @returns how many were removed; 0 while another instance removes them
   * @throws Error of the driver
   */
  async removeExpired(): Promise<number> {
    const removed = await this.maintenance.run('limit-cleanup', (client) => client.query(REMOVE));
    return removed?.rowCount ?? 0;
  }
}
