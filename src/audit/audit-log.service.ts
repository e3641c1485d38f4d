import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PeriodicTask } from '../common/periodic-task.js';
import { type HotStatement, HotStatements } from '../database/hot-statements.js';

const INTERVAL_MS = 1000;
const BATCH = 200;

/** Of several instances each takes other events. */
const TAKE: HotStatement = {
  name: 'take_audit_events',
  text: `
  WITH taken AS (
    DELETE FROM audit_outbox WHERE event_id = ANY (ARRAY(
      SELECT event_id FROM audit_outbox ORDER BY event_id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED))
    RETURNING event_id
  )
  SELECT event_id::text, at, action, user_id, actor_id, session_id, ip, user_agent, request_id, details
  FROM taken JOIN audit_events ON id = event_id ORDER BY id`,
};

/**
 * Writes a log line for each event of the audit trail, so that a log collector takes it to another system (ASVS 16.4.3). The event is
 * in the table `audit_outbox` from the commit of its change until its line was written. A process that is killed in between leaves it
 * there, and its line is written again (ADR 0032).
 */
@Injectable()
export class AuditLogService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private readonly task = new PeriodicTask(AuditLogService.name, INTERVAL_MS, () => this.writeAll());

  constructor(private readonly statements: HotStatements) {}

  onApplicationBootstrap(): void {
    this.task.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** @throws Error of the driver; then the lines of the last batch are written again */
  private async writeAll(): Promise<void> {
    while ((await this.writeBatch()) === BATCH);
  }

  private writeBatch(): Promise<number> {
    return this.statements.transaction(async (run) => {
      const events = await run(TAKE, []);
      for (const event of events) this.logger.log({ msg: 'Audited', ...event });
      return events.length;
    });
  }
}
