import type { MigrationInterface, QueryRunner } from 'typeorm';

const FORMER = `('student', 'researcher', 'admin')`;

/** Leaves the names of roles to `ROLES`: the table checks how a name is written, and has none of its own. */
export class LeaveRolesToConfiguration1764000000026 implements MigrationInterface {
  /** Requests use the table meanwhile: the existing rows are checked without a lock that stops them. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await replaceCheck(runner, `role COLLATE "C" ~ '^[a-z0-9_-]{1,30}$'`, 'DROP DEFAULT');
  }

  /** @throws Error while an account has a role that the former check refuses; then nothing is changed */
  async down(runner: QueryRunner): Promise<void> {
    const others = (await runner.query(`SELECT FROM users WHERE role NOT IN ${FORMER} LIMIT 1`)) as object[];
    if (others.length > 0) throw new Error(`First give each account one of the roles ${FORMER}`);
    await replaceCheck(runner, `role IN ${FORMER}`, `SET DEFAULT 'student'`);
  }
}

/** The first statement does all or nothing. Both can be repeated when a lock was not to be had. */
async function replaceCheck(runner: QueryRunner, check: string, change: string): Promise<void> {
  await runner.query(`
    ALTER TABLE users DROP CONSTRAINT IF EXISTS users_role_check,
      ADD CONSTRAINT users_role_check CHECK (${check}) NOT VALID, ALTER COLUMN role ${change}`);
  await runner.query('ALTER TABLE users VALIDATE CONSTRAINT users_role_check');
}
