import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The request of each event, and the events that have no log line yet. A trigger adds them, so none is missed, also of a change by SQL. */
export class QueueAuditEvents1764000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit_events ADD COLUMN request_id text;
      CREATE TABLE audit_outbox (event_id bigint PRIMARY KEY);

      CREATE FUNCTION queue_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO audit_outbox (event_id) VALUES (NEW.id);
        RETURN NULL;
      END $$;
      CREATE TRIGGER audit_events_queue AFTER INSERT ON audit_events
        FOR EACH ROW EXECUTE FUNCTION queue_audit_event();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER audit_events_queue ON audit_events;
      DROP FUNCTION queue_audit_event();
      DROP TABLE audit_outbox;
      ALTER TABLE audit_events DROP COLUMN request_id;
    `);
  }
}
