import type { QueryRunner } from 'typeorm';

/**
 * Fixes where functions look for tables: a trigger runs with the `search_path` of whoever changes the row, which may lead to other tables
 * of the same names. `CREATE OR REPLACE FUNCTION` takes the setting away, so a migration that replaces such a function calls this again.
 * @param functions with the types of their parameters, as in `log_session_end()`
 */
export async function fixSearchPath(runner: QueryRunner, functions: readonly string[]): Promise<void> {
  const [{ path }] = (await runner.query(`SELECT format('%I, pg_temp', current_schema()) AS path`)) as [
    { path: string },
  ];
  for (const name of functions) await runner.query(`ALTER FUNCTION ${name} SET search_path = ${path}`);
}
