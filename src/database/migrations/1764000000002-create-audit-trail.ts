import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What happened to whom, by whom, from where. Rows are neither changed nor, but for the retention, removed. */
export class CreateAuditTrail1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_events (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        action text NOT NULL,
        user_id uuid,
        actor_id uuid,
        session_id uuid,
        ip text,
        user_agent text,
        details jsonb NOT NULL DEFAULT '{}'
      );
      CREATE INDEX audit_events_user_idx ON audit_events (user_id, id DESC);
      CREATE INDEX audit_events_action_idx ON audit_events (action, id DESC);
      CREATE INDEX audit_events_at_idx ON audit_events (at);

      CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' AND current_setting('ergodrive.audit_retention', true) = 'on' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'audit_events is append-only';
      END $$;
      CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
        FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
      CREATE TRIGGER audit_events_keep BEFORE TRUNCATE ON audit_events EXECUTE FUNCTION refuse_truncate();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_events; DROP FUNCTION refuse_audit_change();');
  }
}
