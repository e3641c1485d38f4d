import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How far an import of accounts has come, which is written in the transaction of each batch: an import that was killed goes on behind the
 * last batch. `key` is a digest of the file and of the options. The row is deleted at the end of the import. It has no data of accounts.
 */
export class CreateImportPositions1764000000035 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE import_positions (
        key text PRIMARY KEY,
        counts jsonb NOT NULL,
        report_bytes bigint NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE import_positions');
  }
}
