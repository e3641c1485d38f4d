import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The clean-up of ended sessions reads the table by blocks; the index only made each revocation write to it. */
export class DropSessionsEndedIndex1764000000005 implements MigrationInterface {
  /** Requests use the table meanwhile: DROP INDEX alone would make them wait for the oldest transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS sessions_ended_idx');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX CONCURRENTLY sessions_ended_idx ON sessions (revoked_at) WHERE revoked_at IS NOT NULL',
    );
  }
}
