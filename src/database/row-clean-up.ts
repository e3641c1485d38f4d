import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../common/periodic-task.js';
import type { MaintenanceConnection } from './maintenance-connection.js';

export interface CleanUp {
  /** Of the task: one instance at a time runs it. */
  readonly name: string;
  /** The `DELETE`. */
  readonly statement: string;
  readonly intervalMs: number;
  /** From the start of the application to the first run. */
  readonly firstDelayMs: number;
}

/** Removes rows that nothing reads any more, by one statement, again and again while the application runs. */
export abstract class RowCleanUp implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task: PeriodicTask;

  protected constructor(
    private readonly maintenance: MaintenanceConnection,
    private readonly cleanUp: CleanUp,
  ) {
    this.task = new PeriodicTask(new.target.name, cleanUp.intervalMs, () => this.remove());
  }

  onApplicationBootstrap(): void {
    this.task.start(this.cleanUp.firstDelayMs);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /**
   * @returns how many were removed; 0 while another instance removes them
   * @throws Error of the driver
   */
  async remove(): Promise<number> {
    const { name, statement } = this.cleanUp;
    const removed = await this.maintenance.run(name, (client) => client.query(statement));
    return removed?.rowCount ?? 0;
  }
}
