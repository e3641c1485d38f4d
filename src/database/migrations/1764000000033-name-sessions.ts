import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The name that the user gives the device of a session. */
export class NameSessions1764000000033 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions ADD COLUMN device_name text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions DROP COLUMN device_name');
  }
}
