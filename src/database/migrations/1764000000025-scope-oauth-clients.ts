import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each client may do. Existing clients, and those that the previous version makes, keep what they could do. */
export class ScopeOAuthClients1764000000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE oauth_clients ADD COLUMN scopes text[] NOT NULL DEFAULT '{introspection,events,password}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE oauth_clients DROP COLUMN scopes');
  }
}
