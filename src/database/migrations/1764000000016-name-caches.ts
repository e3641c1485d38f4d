import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which store each running instance takes its cache entries from; `beat` counts up while it runs. */
export class NameCaches1764000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE instance_stores (
        instance_id uuid PRIMARY KEY,
        store text NOT NULL,
        beat bigint NOT NULL DEFAULT 0
      ) WITH (fillfactor = 50);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE instance_stores');
  }
}
