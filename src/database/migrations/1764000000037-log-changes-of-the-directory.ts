import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Logs what changed of a user in the directory of users, and each new user. `changed` names the members, without values, so that the log
 * holds no address and no name: `{}` where none did. It is NULL where nobody knows, and in rows of other kinds. A new user is a row
 * `user.updated` with the reason `user_created` and no changed claims, of which the previous version sends nothing.
 */
export class LogChangesOfTheDirectory1764000000037 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE invalidations ADD COLUMN changed text[];

      CREATE FUNCTION log_invalidation(kind text, user_id uuid, session_id uuid, reason text, claims jsonb, changed text[])
      RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('ergodrive.invalidation_log', true) = 'off' THEN RETURN; END IF;
        INSERT INTO invalidations (kind, user_id, session_id, reason, claims, changed)
          VALUES (kind, user_id, session_id, reason, claims, changed);
      END $$;

      CREATE OR REPLACE FUNCTION log_invalidation(kind text, user_id uuid, session_id uuid, reason text, claims jsonb)
      RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM log_invalidation(kind, user_id, session_id, reason, claims, NULL);
      END $$;

      ${logUserChange(`,
        array_remove(ARRAY[
          CASE WHEN NEW.email <> OLD.email THEN 'email' END,
          CASE WHEN NEW.full_name <> OLD.full_name THEN 'full_name' END,
          CASE WHEN NEW.role <> OLD.role THEN 'role' END,
          CASE WHEN NEW.is_active <> OLD.is_active THEN 'is_active' END], NULL)`)}

      CREATE FUNCTION log_user_creation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM log_invalidation('user.updated', NEW.id, NULL, 'user_created', '{}', NULL);
        RETURN NULL;
      END $$;
      CREATE TRIGGER users_log_insert AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION log_user_creation();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER users_log_insert ON users;
      DROP FUNCTION log_user_creation();
      ${logUserChange('')}

      CREATE OR REPLACE FUNCTION log_invalidation(kind text, user_id uuid, session_id uuid, reason text, claims jsonb)
      RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('ergodrive.invalidation_log', true) = 'off' THEN RETURN; END IF;
        INSERT INTO invalidations (kind, user_id, session_id, reason, claims)
          VALUES (kind, user_id, session_id, reason, claims);
      END $$;
      DROP FUNCTION log_invalidation(text, uuid, uuid, text, jsonb, text[]);
      ALTER TABLE invalidations DROP COLUMN changed;
    `);
  }
}

/** @param changed what a row says beside the claims, as further arguments in SQL over `OLD` and `NEW` */
const logUserChange = (changed: string): string => `
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
          WHEN NEW.password_hash IS DISTINCT FROM OLD.password_hash
            AND current_setting('ergodrive.password_hash', true) IS DISTINCT FROM 'renewed' THEN 'password_changed'
          WHEN NEW.is_active < OLD.is_active THEN 'user_deactivated'
          WHEN NEW.is_active > OLD.is_active THEN 'user_activated'
        END,
        CASE WHEN NEW.role <> OLD.role THEN jsonb_build_object('role', NEW.role) ELSE '{}' END${changed});
    END IF;
    RETURN NULL;
  END $$;`;
