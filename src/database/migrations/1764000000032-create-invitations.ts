import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Invitations. An open one was neither accepted nor ended; an address has one at most. The invitation of an account that is deleted stays,
 * and nobody can accept it.
 */
export class CreateInvitations1764000000032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE invitations (
        id uuid PRIMARY KEY,
        email text NOT NULL,
        role text NOT NULL,
        locale text,
        invited_by uuid REFERENCES users (id) ON DELETE SET NULL ON UPDATE CASCADE,
        created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
        expires_at timestamptz NOT NULL,
        accepted_at timestamptz,
        ended_at timestamptz,
        token_id uuid NOT NULL
      );
      CREATE UNIQUE INDEX invitations_open_email_key ON invitations (email)
        WHERE accepted_at IS NULL AND ended_at IS NULL;
      CREATE INDEX invitations_created_at_idx ON invitations (created_at, id);
      CREATE INDEX invitations_invited_by_idx ON invitations (invited_by);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE invitations');
  }
}
