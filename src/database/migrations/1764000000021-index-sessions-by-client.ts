import type { MigrationInterface, QueryRunner } from 'typeorm';

const INDEX = 'sessions_client_idx';

/** Finds the sessions that an OAuth client opened. Databases that the unreleased version made have the index already. */
export class IndexSessionsByClient1764000000021 implements MigrationInterface {
  /** Requests use the table meanwhile: CREATE INDEX alone would make each login and refresh wait for its end. */
  readonly transaction = false;

  /** An interrupted build leaves an index that is not valid, which is removed first. */
  async up(runner: QueryRunner): Promise<void> {
    // Both statements wait until older transactions end, and nobody waits for them.
    const [{ lock_timeout }] = (await runner.query('SHOW lock_timeout')) as [{ lock_timeout: string }];
    await runner.query('SET lock_timeout = 0');
    const [index] = (await runner.query(
      'SELECT indisvalid AS is_valid FROM pg_index WHERE indexrelid = to_regclass($1)',
      [INDEX],
    )) as { is_valid: boolean }[];
    if (index?.is_valid === false) await runner.query(`DROP INDEX CONCURRENTLY ${INDEX}`);
    await runner.query(`
      CREATE INDEX CONCURRENTLY IF NOT EXISTS ${INDEX} ON sessions (client_id)
      WHERE client_id IS NOT NULL AND revoked_at IS NULL`);
    await runner.query(`SET lock_timeout = '${lock_timeout}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX CONCURRENTLY ${INDEX}`);
  }
}
