import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../common/periodic-task.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';

const INTERVAL_MS = 3_600_000;
const FIRST_DELAY_MS = 60_000;
const REMOVE = `
  DELETE FROM invitations WHERE coalesce(accepted_at, ended_at, expires_at) < now() - interval '30 days'`;

/** Removes invitations 30 days after they were accepted, have ended or expired. The audit trail keeps what happened. */
@Injectable()
export class InvitationCleanupService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask(InvitationCleanupService.name, INTERVAL_MS, () =>
    this.removeOld(),
  );

  constructor(private readonly maintenance: MaintenanceConnection) {}

  onApplicationBootstrap(): void {
    this.task.start(FIRST_DELAY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** @returns how many were removed; 0 while another instance removes them @throws Error of the driver */
  async removeOld(): Promise<number> {
    const removed = await this.maintenance.run('invitation-cleanup', (client) => client.query(REMOVE));
    return removed?.rowCount ?? 0;
  }
}
