import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The counts of the limits. Unlogged: a count is written with each attempt and lives for minutes, and its commit need not wait
 * for the disk. After a crash of PostgreSQL the table is empty; Redis still has the counts.
 */
export class CreateLimitCounts1764000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNLOGGED TABLE limit_counts (
        key text PRIMARY KEY,
        count integer NOT NULL,
        expires_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE limit_counts');
  }
}
