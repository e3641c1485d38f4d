import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Gives databases of 0.1.0 the check of the address that new databases have. In 0.1.0 the check depended on the locale of the
 * database: the first migration was edited after that release.
 */
export class CompareAddressesByBytes1764000000006 implements MigrationInterface {
  /** Requests use the table meanwhile: the existing rows are checked without a lock that stops them. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users DROP CONSTRAINT IF EXISTS users_email_check;
      ALTER TABLE users ADD CONSTRAINT users_email_check CHECK (email = lower(email COLLATE "C")) NOT VALID;
    `);
    await runner.query('ALTER TABLE users VALIDATE CONSTRAINT users_email_check');
  }

  /** The first migration of today makes the same check. */
  async down(): Promise<void> {}
}
