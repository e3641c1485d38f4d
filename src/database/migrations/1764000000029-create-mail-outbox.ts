import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails that wait to be sent. */
export class CreateMailOutbox1764000000029 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mail_outbox (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        user_id uuid REFERENCES users (id) ON DELETE CASCADE,
        address text,
        language text,
        data jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        prepared_at timestamptz,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        attempts int NOT NULL DEFAULT 0,
        expires_at timestamptz NOT NULL,
        failed_at timestamptz,
        last_error text
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mail_outbox');
  }
}
