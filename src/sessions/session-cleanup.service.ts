import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { PeriodicTask } from '../common/periodic-task.js';

/** No index leads here: one on `expires_at` would make each refresh write to it. */
const INTERVAL_MS = 3_600_000;
const FIRST_DELAY_MS = 60_000;
const BATCH = 5000;
/** How long an ended session is kept, for those who look into what happened. */
const KEEP_DAYS = 30;
const ENDED = `
  DELETE FROM sessions WHERE id IN (
    SELECT id FROM sessions
    WHERE expires_at < now() - make_interval(days => $1) OR revoked_at < now() - make_interval(days => $1)
    LIMIT $2 FOR UPDATE SKIP LOCKED)`;

/** Removes sessions that ended long ago, in batches; instances that clean up at the same time skip each other's rows. */
@Injectable()
export class SessionCleanupService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask(SessionCleanupService.name, INTERVAL_MS, () => this.removeEnded());

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  onApplicationBootstrap(): void {
    this.task.start(FIRST_DELAY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** @returns how many were removed */
  async removeEnded(): Promise<number> {
    let removed = 0;
    for (;;) {
      const [, affected] = await this.dataSource.query<[unknown, number]>(ENDED, [KEEP_DAYS, BATCH]);
      removed += affected;
      if (affected < BATCH) return removed;
    }
  }
}
