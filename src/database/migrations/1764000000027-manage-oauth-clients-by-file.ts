import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Ids that a person chose in a file of clients, and which clients such a file describes. `client_id` is what a client authenticates by: the
 * chosen id, else the key of the row, which the previous version takes for it. So both versions find the clients of the API.
 */
export class ManageOAuthClientsByFile1764000000027 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE oauth_clients
        ADD COLUMN chosen_id text,
        ADD COLUMN managed_by text CHECK (managed_by = 'file'),
        ADD CHECK (managed_by IS NULL OR chosen_id IS NOT NULL),
        ADD COLUMN client_id text NOT NULL UNIQUE GENERATED ALWAYS AS (coalesce(chosen_id, id::text)) STORED`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE oauth_clients DROP COLUMN client_id, DROP COLUMN managed_by, DROP COLUMN chosen_id`);
  }
}
