import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keeps of each rotation by which client it was made, so that only that client may repeat it. A session whose
 * `expires_at` is moved to an earlier moment that is still to come goes on: only its cache entry has to be read anew.
 */
export class KeepWhoRotated1764000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE sessions
        ADD COLUMN rotation_key bytea,
        ADD COLUMN rotated_ip text,
        ADD COLUMN rotated_user_agent text;

      CREATE OR REPLACE FUNCTION log_session_end() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          PERFORM log_invalidation('session.revoked', OLD.user_id, OLD.id, 'session_deleted');
        ELSIF NEW.revoked_at IS NULL AND NEW.expires_at > clock_timestamp() THEN
          PERFORM log_invalidation('user.updated', NEW.user_id, NULL, NULL);
        ELSE
          PERFORM log_invalidation('session.revoked', NEW.user_id, NEW.id,
            left(coalesce(NEW.revoke_reason, 'expired'), 100));
        END IF;
        RETURN NULL;
      END $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION log_session_end() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          PERFORM log_invalidation('session.revoked', OLD.user_id, OLD.id, 'session_deleted');
        ELSE
          PERFORM log_invalidation('session.revoked', NEW.user_id, NEW.id, coalesce(NEW.revoke_reason, 'expired'));
        END IF;
        RETURN NULL;
      END $$;

      ALTER TABLE sessions
        DROP COLUMN rotation_key,
        DROP COLUMN rotated_ip,
        DROP COLUMN rotated_user_agent;
    `);
  }
}
