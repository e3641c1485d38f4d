import { databaseUrl, sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';

const FOLLOWERS = `FROM pg_stat_activity WHERE application_name LIKE '%follower' AND datname = $1`;

/** By way of another database of the server: this one may take no connections. */
function ask<Row extends object>(url: string, columns: string, condition = 'true'): Promise<Row[]> {
  const name = new URL(url).pathname.slice(1);
  return sql<Row>(databaseUrl(url, 'postgres'), `SELECT ${columns} ${FOLLOWERS} AND ${condition}`, [name]);
}

/**
 * Ends the sessions that followers of the log have in a database, as an operator does.
 * @param condition on columns of `pg_stat_activity`
 * @returns whether there was one
 */
export async function endFollowers(url: string, condition?: string): Promise<boolean> {
  return (await ask(url, 'pg_terminate_backend(pid)', condition)).length > 0;
}

/** Resolves after the follower has asked the database again, from beginning to end. */
export async function nextPolls(url: string): Promise<void> {
  const polledAt = async () => {
    const [session] = await ask<{ polled_at: Date }>(url, 'query_start AS polled_at');
    return session?.polled_at.getTime();
  };
  const before = await polledAt();
  await waitFor(
    async () => {
      const now = await polledAt();
      return now && before && now > before + 1500;
    },
    { what: 'two more polls' },
  );
}
