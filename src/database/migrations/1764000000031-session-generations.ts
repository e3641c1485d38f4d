import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sessions have a generation, and only those of the current one are live. Whoever increases the current one ends every session there is,
 * with one row of the log. A number cannot go back as a clock can. A new session reads it under a lock that the increase waits for, so no
 * session is opened in a generation that has ended. The default does so also for the previous version of the application.
 */
export class SessionGenerations1764000000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE session_generation (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        generation bigint NOT NULL
      );
      INSERT INTO session_generation (generation) VALUES (1);

      CREATE FUNCTION current_session_generation() RETURNS bigint LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(1764000000031);
        RETURN (SELECT generation FROM session_generation);
      END $$;

      -- A constant first: PostgreSQL then writes no row of the table.
      ALTER TABLE sessions ADD COLUMN generation bigint NOT NULL DEFAULT 1;
      ALTER TABLE sessions ALTER COLUMN generation SET DEFAULT current_session_generation();
    `);
    await runner.query(`
      ALTER TABLE invalidations DROP CONSTRAINT invalidations_kind_check;
      ALTER TABLE invalidations ADD CONSTRAINT invalidations_kind_check
        CHECK (kind IN ('session.revoked', 'sessions.ended', 'user.updated', 'user.deleted', 'client.changed')) NOT VALID;

      CREATE FUNCTION lock_session_generation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock(1764000000031);
        RETURN NULL;
      END $$;
      CREATE TRIGGER session_generation_lock BEFORE UPDATE ON session_generation EXECUTE FUNCTION lock_session_generation();

      -- A session that has ended never becomes live again.
      CREATE FUNCTION keep_session_generation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'session_generation' AND NEW.generation > OLD.generation THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'the generation of a session stays, and the current one only grows';
      END $$;
      CREATE TRIGGER session_generation_keep BEFORE UPDATE OR DELETE ON session_generation
        FOR EACH ROW EXECUTE FUNCTION keep_session_generation();
      CREATE TRIGGER session_generation_keep_all BEFORE TRUNCATE ON session_generation EXECUTE FUNCTION refuse_truncate();
      CREATE TRIGGER sessions_keep_generation BEFORE UPDATE OF generation ON sessions
        FOR EACH ROW WHEN (OLD.generation <> NEW.generation) EXECUTE FUNCTION keep_session_generation();

      CREATE FUNCTION log_session_generation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM log_invalidation('sessions.ended', '00000000-0000-0000-0000-000000000000', NULL, 'ended_for_everybody');
        RETURN NULL;
      END $$;
      CREATE TRIGGER session_generation_log AFTER UPDATE ON session_generation
        FOR EACH ROW EXECUTE FUNCTION log_session_generation();

      CREATE OR REPLACE FUNCTION end_sessions_of_inactive_user() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE sessions SET revoked_at = now(), revoke_reason = 'user_deactivated'
        WHERE user_id = NEW.id AND revoked_at IS NULL AND generation = (SELECT generation FROM session_generation);
        RETURN NULL;
      END $$;
    `);
  }

  /** Sessions that have ended with their generation get an end of their own, or they would be live again. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE sessions SET revoked_at = now(), revoke_reason = 'ended_for_everybody'
      WHERE revoked_at IS NULL AND generation <> (SELECT generation FROM session_generation);

      CREATE OR REPLACE FUNCTION end_sessions_of_inactive_user() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE sessions SET revoked_at = now(), revoke_reason = 'user_deactivated'
        WHERE user_id = NEW.id AND revoked_at IS NULL;
        RETURN NULL;
      END $$;
      DROP TRIGGER sessions_keep_generation ON sessions;
      ALTER TABLE sessions DROP COLUMN generation;
      DROP TABLE session_generation;
      DROP FUNCTION log_session_generation();
      DROP FUNCTION keep_session_generation();
      DROP FUNCTION lock_session_generation();
      DROP FUNCTION current_session_generation();

      DELETE FROM invalidations WHERE kind = 'sessions.ended';
      ALTER TABLE invalidations DROP CONSTRAINT invalidations_kind_check;
      ALTER TABLE invalidations ADD CONSTRAINT invalidations_kind_check
        CHECK (kind IN ('session.revoked', 'user.updated', 'user.deleted', 'client.changed')) NOT VALID;
    `);
  }
}
