import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Logs the changes of ids, which SQL can make: a session that gets another user or another id, and a user that gets another id. The
 * tokens of before name the old ids, so these are logged as ended. The events of the feed name the session alone: a service that
 * verifies by the feed refuses also later tokens of a session that has moved to another user, for one token life.
 */
export class LogMovedSessions1764000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION log_session_move() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM log_invalidation('session.revoked', OLD.user_id, OLD.id, 'session_moved');
        IF NEW.user_id <> OLD.user_id THEN
          PERFORM log_invalidation('user.updated', NEW.user_id, NULL, NULL);
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER sessions_log_move AFTER UPDATE OF id, user_id ON sessions FOR EACH ROW
        WHEN (OLD.revoked_at IS NULL AND (OLD.id, OLD.user_id) IS DISTINCT FROM (NEW.id, NEW.user_id))
        EXECUTE FUNCTION log_session_move();

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
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER sessions_log_move ON sessions;
      DROP FUNCTION log_session_move();

      CREATE OR REPLACE FUNCTION log_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM log_invalidation(
          CASE WHEN TG_OP = 'DELETE' THEN 'user.deleted' ELSE 'user.updated' END, OLD.id, NULL, NULL);
        RETURN NULL;
      END $$;
    `);
  }
}
