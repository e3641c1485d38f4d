import { Client, type QueryResultRow } from 'pg';

const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 10_000;

/** What the server does, and who waits for whom. */
const ACTIVITY = `
  SELECT pid, usename, application_name, state, wait_event, pg_blocking_pids(pid) AS blocked_by,
    (now() - xact_start)::text AS transaction_age, left(query, 200) AS query
  FROM pg_stat_activity WHERE state <> 'idle' AND pid <> pg_backend_pid()`;

/**
 * Runs one statement on a connection of its own and returns its rows.
 *
 * @throws Error when PostgreSQL cannot be reached within 5 s, refuses, or takes longer than 10 s; the last one says what the server does
 */
export async function sql<Row extends QueryResultRow>(
  url: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  try {
    return await run<Row>(url, statement, values);
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'Query read timeout') throw error;
    throw new Error(`${error.message}: ${statement}\n${await activityOf(url)}`, { cause: error });
  }
}

async function run<Row extends QueryResultRow>(
  url: string,
  statement: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Row>(statement, [...values]);
    return rows;
  } finally {
    void client.end().catch(() => undefined);
  }
}

async function activityOf(url: string): Promise<string> {
  const rows = await run(url, ACTIVITY, []).catch((error: unknown) => [{ error: String(error) }]);
  return rows.map((row) => JSON.stringify(row)).join('\n');
}

/** The URL of another database of the same server. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}
