import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../common/periodic-task.js';
import { AuditOutbox } from './audit-outbox.js';

const INTERVAL_MS = 1000;

/**
 * Writes a log line for each event of the audit trail, so that a log collector takes it to another system (ASVS 16.4.3). The event is
 * in the table `audit_outbox` from the commit of its change until its line was written. A process that is killed in between leaves it
 * there, and its line is written again (ADR 0032).
 */
@Injectable()
export class AuditLogService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private readonly task = new PeriodicTask(AuditLogService.name, INTERVAL_MS, () =>
    this.outbox.take((event) => this.logger.log({ msg: 'Audited', ...event })),
  );

  constructor(private readonly outbox: AuditOutbox) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }
}
