import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The invalidation log. Triggers write it, so that the row is in the transaction of every change there is, by whatever
 * code or by an operator's hand, and cannot be forgotten. `xid` lets a follower see rows that commit out of order.
 */
export class CreateInvalidationLog1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE invalidations (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        kind text NOT NULL CHECK (kind IN ('session.revoked', 'user.updated', 'user.deleted')),
        user_id uuid NOT NULL,
        session_id uuid,
        reason text
      );
      CREATE INDEX invalidations_xid_idx ON invalidations (xid);
      CREATE INDEX invalidations_created_at_idx ON invalidations (created_at);

      CREATE FUNCTION log_invalidation(kind text, user_id uuid, session_id uuid, reason text) RETURNS void
      LANGUAGE plpgsql AS $$
      DECLARE row_id bigint; row_xid xid8;
      BEGIN
        IF current_setting('ergodrive.invalidation_log', true) = 'off' THEN RETURN; END IF;
        INSERT INTO invalidations (kind, user_id, session_id, reason)
          VALUES (kind, user_id, session_id, reason) RETURNING id, xid INTO row_id, row_xid;
        PERFORM pg_notify('ergodrive_invalidations', json_build_object(
          'id', row_id::text, 'xid', row_xid::text, 'at', extract(epoch FROM clock_timestamp()), 'kind', kind, 'user_id', user_id, 'session_id', session_id, 'reason', reason)::text);
      END $$;

      CREATE FUNCTION log_session_end() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          PERFORM log_invalidation('session.revoked', OLD.user_id, OLD.id, 'session_deleted');
        ELSE
          PERFORM log_invalidation('session.revoked', NEW.user_id, NEW.id, coalesce(NEW.revoke_reason, 'expired'));
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER sessions_log_end AFTER UPDATE OF revoked_at, expires_at ON sessions FOR EACH ROW
        WHEN (OLD.revoked_at IS NULL AND (NEW.revoked_at IS NOT NULL OR NEW.expires_at < OLD.expires_at))
        EXECUTE FUNCTION log_session_end();
      CREATE TRIGGER sessions_log_delete AFTER DELETE ON sessions FOR EACH ROW
        WHEN (OLD.revoked_at IS NULL AND OLD.expires_at > now()) EXECUTE FUNCTION log_session_end();

      CREATE FUNCTION log_user_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM log_invalidation(
          CASE WHEN TG_OP = 'DELETE' THEN 'user.deleted' ELSE 'user.updated' END, OLD.id, NULL, NULL);
        RETURN NULL;
      END $$;
      CREATE TRIGGER users_log_update AFTER UPDATE ON users FOR EACH ROW
        WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION log_user_change();
      CREATE TRIGGER users_log_delete AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION log_user_change();

      -- TRUNCATE fires no row trigger, so nobody would hear of it.
      CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '% is not truncated: use DELETE, which is logged', TG_TABLE_NAME;
      END $$;
      CREATE TRIGGER users_keep BEFORE TRUNCATE ON users EXECUTE FUNCTION refuse_truncate();
      CREATE TRIGGER sessions_keep BEFORE TRUNCATE ON sessions EXECUTE FUNCTION refuse_truncate();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER sessions_keep ON sessions;
      DROP TRIGGER users_keep ON users;
      DROP FUNCTION refuse_truncate();
      DROP TRIGGER users_log_delete ON users;
      DROP TRIGGER users_log_update ON users;
      DROP TRIGGER sessions_log_delete ON sessions;
      DROP TRIGGER sessions_log_end ON sessions;
      DROP FUNCTION log_user_change();
      DROP FUNCTION log_session_end();
      DROP FUNCTION log_invalidation(text, uuid, uuid, text);
      DROP TABLE invalidations;
    `);
  }
}
