import type { QueryRunner } from 'typeorm';

/**
 * Makes an index while requests use the table: CREATE INDEX alone would make each login and refresh wait for its end. The migration must
 * have `transaction = false`. An interrupted build leaves an index that is not valid, which is removed first.
 * @param on the table, columns and condition, as SQL
 */
export async function createIndexConcurrently(runner: QueryRunner, name: string, on: string): Promise<void> {
  // Both statements wait until older transactions end, and nobody waits for them.
  const [{ lock_timeout }] = (await runner.query('SHOW lock_timeout')) as [{ lock_timeout: string }];
  await runner.query('SET lock_timeout = 0');
  const [index] = (await runner.query(
    'SELECT indisvalid AS is_valid FROM pg_index WHERE indexrelid = to_regclass($1)',
    [name],
  )) as { is_valid: boolean }[];
  if (index?.is_valid === false) await dropIndexConcurrently(runner, name);
  await runner.query(`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${on}`);
  await runner.query(`SET lock_timeout = '${lock_timeout}'`);
}

export async function dropIndexConcurrently(runner: QueryRunner, name: string): Promise<void> {
  await runner.query(`DROP INDEX CONCURRENTLY ${name}`);
}
