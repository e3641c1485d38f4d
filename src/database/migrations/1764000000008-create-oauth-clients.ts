import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * OAuth clients, and which of them opened a session. A row of the invalidation log for a client names the client in `user_id`: the
 * previous version of the application takes it for an account without cache entries. A later migration makes the index of
 * `sessions.client_id`, without a lock that stops requests.
 */
export class CreateOAuthClients1764000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE oauth_clients (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text NOT NULL,
        secret_hash bytea NOT NULL CHECK (length(secret_hash) = 32),
        previous_secret_hash bytea CHECK (length(previous_secret_hash) = 32),
        previous_secret_expires_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz,
        CHECK ((previous_secret_hash IS NULL) = (previous_secret_expires_at IS NULL))
      );
      CREATE INDEX oauth_clients_created_at_idx ON oauth_clients (created_at, id) WHERE ended_at IS NULL;

      ALTER TABLE sessions ADD COLUMN client_id text;

      ALTER TABLE invalidations DROP CONSTRAINT invalidations_kind_check;
      ALTER TABLE invalidations ADD CONSTRAINT invalidations_kind_check
        CHECK (kind IN ('session.revoked', 'user.updated', 'user.deleted', 'client.changed')) NOT VALID;

      CREATE FUNCTION log_client_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM log_invalidation('client.changed', OLD.id, NULL, NULL);
        RETURN NULL;
      END $$;
      CREATE TRIGGER oauth_clients_log_change AFTER UPDATE OR DELETE ON oauth_clients
        FOR EACH ROW EXECUTE FUNCTION log_client_change();
      CREATE TRIGGER oauth_clients_keep BEFORE TRUNCATE ON oauth_clients EXECUTE FUNCTION refuse_truncate();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE oauth_clients;
      DROP FUNCTION log_client_change();
      DELETE FROM invalidations WHERE kind = 'client.changed';
      ALTER TABLE invalidations DROP CONSTRAINT invalidations_kind_check;
      ALTER TABLE invalidations ADD CONSTRAINT invalidations_kind_check
        CHECK (kind IN ('session.revoked', 'user.updated', 'user.deleted'));
      ALTER TABLE sessions DROP COLUMN client_id;
    `);
  }
}
