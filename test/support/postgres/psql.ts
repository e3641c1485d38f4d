import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { postgresProgram } from './postgres-cluster.js';

const run = promisify(execFile);

/**
 * Runs a file of `deploy/postgresql` as its documentation says: by psql, in one transaction.
 * @param variables of psql, as `--set` gives them
 * @throws Error with the output of psql when a statement fails
 */
export async function runSqlFile(
  url: string,
  file: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const settings = Object.entries(variables).map(([name, value]) => `--set=${name}=${value}`);
  const options = ['--no-psqlrc', '--quiet', '--single-transaction', ...settings];
  await run(await postgresProgram('psql'), [...options, '--file', file, url]);
}
