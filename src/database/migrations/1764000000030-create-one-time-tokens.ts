import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One-time tokens, and what accounts need for them: whether the address is proved, the language of mails, and accounts without a password.
 * A token is stored as its digest. `state` is the digest of what the token depends on; a change of it ends the token.
 */
export class CreateOneTimeTokens1764000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users
        ALTER COLUMN password_hash DROP NOT NULL,
        ADD COLUMN email_verified boolean NOT NULL DEFAULT false,
        ADD COLUMN locale text;

      CREATE TABLE one_time_tokens (
        id uuid NOT NULL,
        purpose text NOT NULL,
        digest bytea NOT NULL,
        user_id uuid REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
        address text,
        state bytea,
        data jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (id, purpose)
      );
      CREATE UNIQUE INDEX one_time_tokens_digest_key ON one_time_tokens (digest);
      CREATE INDEX one_time_tokens_user_idx ON one_time_tokens (user_id, purpose);
      CREATE INDEX one_time_tokens_address_idx ON one_time_tokens (address, purpose) WHERE address IS NOT NULL;
      CREATE INDEX one_time_tokens_expires_at_idx ON one_time_tokens (expires_at);

      ${logUserChange('NEW.password_hash IS DISTINCT FROM OLD.password_hash')}
    `);
  }

  /** Accounts without a password get one that nobody knows. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${logUserChange('NEW.password_hash <> OLD.password_hash')}
      DROP TABLE one_time_tokens;
      UPDATE users SET password_hash = '' WHERE password_hash IS NULL;
      ALTER TABLE users ALTER COLUMN password_hash SET NOT NULL, DROP COLUMN email_verified, DROP COLUMN locale;
    `);
  }
}

/** @param hasOtherPassword whether the stored hash is another one, as SQL over `OLD` and `NEW` */
const logUserChange = (hasOtherPassword: string): string => `
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
          WHEN ${hasOtherPassword}
            AND current_setting('ergodrive.password_hash', true) IS DISTINCT FROM 'renewed' THEN 'password_changed'
          WHEN NEW.is_active < OLD.is_active THEN 'user_deactivated'
          WHEN NEW.is_active > OLD.is_active THEN 'user_activated'
        END,
        CASE WHEN NEW.role <> OLD.role THEN jsonb_build_object('role', NEW.role) ELSE '{}' END);
    END IF;
    RETURN NULL;
  END $$;`;
