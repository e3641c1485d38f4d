import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../common/periodic-task.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';

const INTERVAL_MS = 60_000;
const REMOVE = 'DELETE FROM one_time_tokens WHERE expires_at < now()';

/** Removes expired tokens. They are refused with and without it. */
@Injectable()
export class OneTimeTokenCleanupService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask(OneTimeTokenCleanupService.name, INTERVAL_MS, () =>
    this.removeExpired(),
  );

  constructor(private readonly maintenance: MaintenanceConnection) {}

  onApplicationBootstrap(): void {
    this.task.start(INTERVAL_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** @returns how many were removed; 0 while another instance removes them @throws Error of the driver */
  async removeExpired(): Promise<number> {
    const removed = await this.maintenance.run('one-time-token-cleanup', (client) => client.query(REMOVE));
    return removed?.rowCount ?? 0;
  }
}
