import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The transaction of each event that has no log line yet, so that an instance can tell new rows from those that it has seen: rows
 * commit in another order than their numbers. The previous version reads the table by `event_id`, without an index meanwhile.
 */
export class OrderAuditOutboxByTransaction1764000000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit_outbox ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
      ALTER TABLE audit_outbox DROP CONSTRAINT audit_outbox_pkey, ADD PRIMARY KEY (xid, event_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit_outbox DROP CONSTRAINT audit_outbox_pkey, ADD PRIMARY KEY (event_id);
      ALTER TABLE audit_outbox DROP COLUMN xid;
    `);
  }
}
