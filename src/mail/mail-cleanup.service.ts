import { Injectable } from '@nestjs/common';
import { MaintenanceConnection } from '../database/maintenance-connection.js';
import { RowCleanUp } from '../database/row-clean-up.js';

const INTERVAL_MS = 3_600_000;
const FIRST_DELAY_MS = 60_000;
const REMOVE = `DELETE FROM mail_outbox WHERE failed_at < now() - interval '30 days'`;

/** Removes dead letters 30 days after their failure, also where the service sends no mail any more. */
@Injectable()
export class MailCleanupService extends RowCleanUp {
  constructor(maintenance: MaintenanceConnection) {
    super(maintenance, {
      name: 'mail-cleanup',
      statement: REMOVE,
      intervalMs: INTERVAL_MS,
      firstDelayMs: FIRST_DELAY_MS,
    });
  }
}
