import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { isReferenceViolation } from '../common/database-errors.js';
import { PeriodicTask } from '../common/periodic-task.js';
import { AppConfig } from '../config/app-config.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';
import { ErasureMetrics } from './erasure-metrics.js';

const INTERVAL_MS = 60_000;

const DUE = 'SELECT id FROM users WHERE deletion_due_at <= now() AND NOT is_active ORDER BY deletion_due_at';

/** The condition on the account holds after a wait for an undo, too. Triggers do the rest, as for every deletion of an account. */
const ERASE_DUE = `
  WITH eraser AS MATERIALIZED (SELECT set_config('ergodrive.erased_by', '{"reason": "grace_ended"}', true)), erased AS (
    DELETE FROM users u USING eraser WHERE u.id = $1 AND NOT u.is_active AND u.deletion_due_at <= now() RETURNING u.email, u.locale
  )`;
const WITH_MAIL = `${ERASE_DUE}
  INSERT INTO mail_outbox (kind, address, language, data)
  SELECT 'account_deleted', email, locale, '{"forgets_address": true}' FROM erased`;
const WITHOUT_MAIL = `${ERASE_DUE} SELECT FROM erased`;

/** Erases the accounts whose grace has ended. It runs also where the grace was set to 0 since then. */
@Injectable()
export class DueErasuresService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly task = new PeriodicTask(DueErasuresService.name, INTERVAL_MS, () => this.eraseDue());
  private readonly statement: string;

  constructor(
    private readonly maintenance: MaintenanceConnection,
    private readonly metrics: ErasureMetrics,
    { mail }: AppConfig,
  ) {
    this.statement = mail.transport === undefined ? WITHOUT_MAIL : WITH_MAIL;
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /**
   * Each account alone: one to which a table of somebody else refers stays, and is tried again at the next turn.
   * @returns how many were erased; 0 while another instance erases them
   * @throws Error when accounts stay; of the driver
   */
  async eraseDue(): Promise<number> {
    return (await this.maintenance.run('due-erasures', (client) => this.eraseEach(client))) ?? 0;
  }

  private async eraseEach(client: pg.ClientBase): Promise<number> {
    const { rows } = await client.query<{ id: string }>(DUE);
    const kept: string[] = [];
    let erased = 0;
    for (const { id } of rows) {
      try {
        erased += (await client.query(this.statement, [id])).rowCount ?? 0;
      } catch (error) {
        if (!isReferenceViolation(error)) throw error;
        kept.push(id);
      }
    }
    this.metrics.erased('service', erased);
    if (kept.length > 0)
      throw new Error(`Other tables refer to ${kept.length} accounts that are due to be erased: ${kept[0]}`);
    return erased;
  }
}
