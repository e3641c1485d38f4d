import { Injectable } from '@nestjs/common';
import { MaintenanceConnection } from '../database/maintenance-connection.js';
import { RowCleanUp } from '../database/row-clean-up.js';

const INTERVAL_MS = 60_000;
const REMOVE = 'DELETE FROM limit_counts WHERE expires_at < now() OR count = 0';

/** Removes counts whose window has ended. A count that is still used is made again by the next attempt. */
@Injectable()
export class LimitCleanupService extends RowCleanUp {
  constructor(maintenance: MaintenanceConnection) {
    super(maintenance, {
      name: 'limit-cleanup',
      statement: REMOVE,
      intervalMs: INTERVAL_MS,
      firstDelayMs: INTERVAL_MS,
    });
  }
}
