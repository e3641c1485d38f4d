import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';
import { RowCleanUp } from '../database/row-clean-up.js';
import { ErasureMetrics } from './erasure-metrics.js';

const INTERVAL_MS = 60_000;
const AT_ONCE = 200;

/** The condition on the account holds after a wait for an undo, too. Triggers do the rest, as for every deletion of an account. */
const ERASE_DUE = `
  WITH eraser AS MATERIALIZED (SELECT set_config('ergodrive.erased_by', '{"reason": "grace_ended"}', true)), due AS MATERIALIZED (
    SELECT id FROM users, eraser WHERE deletion_due_at <= now() ORDER BY deletion_due_at LIMIT ${AT_ONCE}
  ), erased AS (
    DELETE FROM users u USING due WHERE u.id = due.id AND NOT u.is_active AND u.deletion_due_at <= now() RETURNING u.email, u.locale
  )`;
const WITH_MAIL = `${ERASE_DUE}
  INSERT INTO mail_outbox (kind, address, language, data)
  SELECT 'account_deleted', email, locale, '{"forgets_address": true}' FROM erased`;
const WITHOUT_MAIL = `${ERASE_DUE} SELECT FROM erased`;

/** Erases the accounts whose grace has ended. It runs also where the grace was set to 0 since then. */
@Injectable()
export class DueErasuresService extends RowCleanUp {
  constructor(
    maintenance: MaintenanceConnection,
    config: AppConfig,
    private readonly metrics: ErasureMetrics,
  ) {
    super(maintenance, {
      name: 'due-erasures',
      statement: config.mail.transport === undefined ? WITHOUT_MAIL : WITH_MAIL,
      intervalMs: INTERVAL_MS,
      firstDelayMs: INTERVAL_MS,
    });
  }

  override async remove(): Promise<number> {
    const erased = await super.remove();
    this.metrics.erased('service', erased);
    return erased;
  }
}
