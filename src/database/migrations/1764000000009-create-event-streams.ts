import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How far the receivers of the revocation feed have come that send no cursor (RFC 8936): everything before `acknowledged`, and of
 * what was sent up to `sent` all but `outstanding`.
 */
export class CreateEventStreams1764000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE event_streams (
        client_id text PRIMARY KEY,
        acknowledged text NOT NULL,
        sent text NOT NULL,
        outstanding text[] NOT NULL,
        updated_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_streams');
  }
}
