import { Injectable } from '@nestjs/common';
import { MaintenanceConnection } from '../database/maintenance-connection.js';
import { RowCleanUp } from '../database/row-clean-up.js';

const INTERVAL_MS = 3_600_000;
const FIRST_DELAY_MS = 60_000;
const REMOVE = `
  DELETE FROM invitations WHERE coalesce(accepted_at, ended_at, expires_at) < now() - interval '30 days'`;

/** Removes invitations 30 days after they were accepted, have ended or expired. The audit trail keeps what happened. */
@Injectable()
export class InvitationCleanupService extends RowCleanUp {
  constructor(maintenance: MaintenanceConnection) {
    super(maintenance, {
      name: 'invitation-cleanup',
      statement: REMOVE,
      intervalMs: INTERVAL_MS,
      firstDelayMs: FIRST_DELAY_MS,
    });
  }
}
