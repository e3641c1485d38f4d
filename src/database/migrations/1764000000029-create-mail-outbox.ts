import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Mails that are not sent yet: a row is written in the transaction of the change that causes it, and deleted when a mail server has
 * taken the mail. `lease` is the sender that works on it; another one may take it from `next_attempt_at` on. `failed_at` marks a dead letter.
 */
export class CreateMailOutbox1764000000029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mail_outbox (
        id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        kind            text NOT NULL,
        user_id         uuid REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
        address         text,
        language        text,
        data            jsonb NOT NULL DEFAULT '{}',
        created_at      timestamptz NOT NULL DEFAULT now(),
        prepared_at     timestamptz,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        attempts        integer NOT NULL DEFAULT 0,
        expires_at      timestamptz NOT NULL DEFAULT now() + interval '24 hours',
        lease           uuid,
        failed_at       timestamptz,
        last_error      text
      );
      CREATE INDEX mail_outbox_due_idx ON mail_outbox (next_attempt_at) WHERE failed_at IS NULL;
      CREATE INDEX mail_outbox_user_idx ON mail_outbox (user_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mail_outbox');
  }
}
