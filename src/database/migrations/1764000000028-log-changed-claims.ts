import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A row of the log for a change of a user says which claims of tokens changed, with their new values: `{}` where none did. `claims` is
 * NULL where nobody knows: in rows of before, in those that an operator writes, and in those for a session that was moved or gets an
 * earlier end. `reason` says that the password or the status changed. A hash that is renewed for the same password is no change: the
 * statement that renews it says so by a setting.
 */
export class LogChangedClaims1764000000028 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE invalidations ADD COLUMN claims jsonb;

      CREATE FUNCTION log_invalidation(kind text, user_id uuid, session_id uuid, reason text, claims jsonb) RETURNS void
      LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('ergodrive.invalidation_log', true) = 'off' THEN RETURN; END IF;
        INSERT INTO invalidations (kind, user_id, session_id, reason, claims)
          VALUES (kind, user_id, session_id, reason, claims);
      END $$;

      CREATE OR REPLACE FUNCTION log_invalidation(kind text, user_id uuid, session_id uuid, reason text) RETURNS void
      LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM log_invalidation(kind, user_id, session_id, reason, NULL);
      END $$;

      CREATE OR REPLACE FUNCTION log_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          PERFORM log_invalidation('user.deleted', OLD.id, NULL, NULL);
        ELSIF NEW.id <> OLD.id THEN
          PERFORM log_invalidation('user.deleted', OLD.id, NULL, NULL);
          PERFORM log_invalidation('user.updated', NEW.id, NULL, NULL);
        ELSE
          PERFORM log_invalidation('user.updated', OLD.id, NULL,
            CASE
              WHEN NEW.password_hash <> OLD.password_hash
                AND current_setting('ergodrive.password_hash', true) IS DISTINCT FROM 'renewed' THEN 'password_changed'
              WHEN NEW.is_active < OLD.is_active THEN 'user_deactivated'
              WHEN NEW.is_active > OLD.is_active THEN 'user_activated'
            END,
            CASE WHEN NEW.role <> OLD.role THEN jsonb_build_object('role', NEW.role) ELSE '{}' END);
        END IF;
        RETURN NULL;
      END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION log_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          PERFORM log_invalidation('user.deleted', OLD.id, NULL, NULL);
        ELSIF NEW.id <> OLD.id THEN
          PERFORM log_invalidation('user.deleted', OLD.id, NULL, NULL);
          PERFORM log_invalidation('user.updated', NEW.id, NULL, NULL);
        ELSE
          PERFORM log_invalidation('user.updated', OLD.id, NULL, NULL);
        END IF;
        RETURN NULL;
      END $$;

      CREATE OR REPLACE FUNCTION log_invalidation(kind text, user_id uuid, session_id uuid, reason text) RETURNS void
      LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('ergodrive.invalidation_log', true) = 'off' THEN RETURN; END IF;
        INSERT INTO invalidations (kind, user_id, session_id, reason) VALUES (kind, user_id, session_id, reason);
      END $$;

      DROP FUNCTION log_invalidation(text, uuid, uuid, text, jsonb);
      ALTER TABLE invalidations DROP COLUMN claims;
    `);
  }
}
