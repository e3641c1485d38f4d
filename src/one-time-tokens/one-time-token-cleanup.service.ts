import { Injectable } from '@nestjs/common';
import { MaintenanceConnection } from '../database/maintenance-connection.js';
import { RowCleanUp } from '../database/row-clean-up.js';

const INTERVAL_MS = 60_000;
const REMOVE = 'DELETE FROM one_time_tokens WHERE expires_at < now()';

/** Removes expired tokens. They are refused with and without it. */
@Injectable()
export class OneTimeTokenCleanupService extends RowCleanUp {
  constructor(maintenance: MaintenanceConnection) {
    super(maintenance, {
      name: 'one-time-token-cleanup',
      statement: REMOVE,
      intervalMs: INTERVAL_MS,
      firstDelayMs: INTERVAL_MS,
    });
  }
}
