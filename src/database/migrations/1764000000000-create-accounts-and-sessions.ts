import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users and their sessions. A session is one login on one device. */
export class CreateAccountsAndSessions1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        email text NOT NULL CHECK (email = lower(email COLLATE "C")),
        password_hash text NOT NULL,
        full_name text NOT NULL,
        role text NOT NULL DEFAULT 'student' CHECK (role IN ('student', 'researcher', 'admin')),
        is_active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX users_email_key ON users (email);
      CREATE INDEX users_created_at_idx ON users (created_at, id);
      CREATE INDEX users_active_admins_idx ON users (id) WHERE role = 'admin' AND is_active;

      CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        refresh_jti uuid NOT NULL,
        previous_refresh_jti uuid,
        rotated_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoke_reason text,
        user_agent text,
        ip text,
        CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL))
      ) WITH (fillfactor = 80);
      CREATE INDEX sessions_live_idx ON sessions (user_id, created_at DESC, id) WHERE revoked_at IS NULL;
      CREATE INDEX sessions_ended_idx ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
      CREATE INDEX sessions_user_idx ON sessions (user_id);
    `);
    await runner.query(`
      CREATE FUNCTION end_sessions_of_inactive_user() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE sessions SET revoked_at = now(), revoke_reason = 'user_deactivated'
        WHERE user_id = NEW.id AND revoked_at IS NULL;
        RETURN NULL;
      END $$;
      CREATE TRIGGER users_end_sessions_of_inactive AFTER UPDATE OF is_active ON users
        FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION end_sessions_of_inactive_user();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE sessions;
      DROP TABLE users;
      DROP FUNCTION end_sessions_of_inactive_user();
    `);
  }
}
