import pg from 'pg';
import type { DataSource } from 'typeorm';
import { LogNotifier } from '../../src/log/log-notifier.js';
import type { BenchContext } from '../cases/bench-context.js';
import { measureInterleaved } from './interleaved-rounds.js';

/** How a session is revoked in PostgreSQL. The notification is sent after the commit, or within the transaction. */
const METHODS = ['unlogged', 'logged', 'notified', 'notifiedWithin'] as const;
type RevocationMethod = (typeof METHODS)[number];

/** Revocations per second in each round. */
export type Revocations = Record<RevocationMethod, number[]>;

const CONNECTIONS = 32;
const INSERT = `
  INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
  SELECT gen_random_uuid(), (SELECT id FROM users ORDER BY id LIMIT 1), gen_random_uuid(), now() + interval '7 days'
  FROM generate_series(1, $1) RETURNING id`;
const REVOKE = {
  name: 'revoke',
  text: `UPDATE sessions SET revoked_at = now(), revoke_reason = 'logout' WHERE id = $1`,
};
const REVOKE_AND_NOTIFY = {
  name: 'revoke_and_notify',
  text: `WITH ended AS (
    UPDATE sessions SET revoked_at = now(), revoke_reason = 'logout' WHERE id = $1 RETURNING id
  ) SELECT pg_notify('bench', id::text) FROM ended`,
};
const REMOVE = 'DELETE FROM sessions WHERE id = ANY($1::uuid[])';

/**
 * Measures what the log row and the notification cost a revocation. `notified` is the product's method. A server follows
 * the log during all measurements.
 */
export async function measureRevocations({ plan, databaseUrl }: BenchContext): Promise<Revocations> {
  const setUp = await connect(databaseUrl);
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(databaseUrl)));
  try {
    // The benchmark's own DELETE must not fill the log.
    await setUp.query(`SET ergodrive.invalidation_log = 'off'`);
    return await measureInterleaved(METHODS, plan, async (method) => {
      const { rows } = await setUp.query<{ id: string }>(INSERT, [plan.revocations]);
      const ids = rows.map(({ id }) => id);
      const perSecond = await revoke(ids, method, connections, notifierOn(setUp), plan.measureMs);
      await setUp.query(REMOVE, [ids]);
      return perSecond;
    });
  } finally {
    await Promise.all([setUp, ...connections].map((connection) => connection.end()));
  }
}

/** @returns revocations per second, until all sessions are revoked or the time is over */
async function revoke(
  ids: readonly string[],
  method: RevocationMethod,
  connections: readonly pg.Client[],
  notifier: LogNotifier,
  durationMs: number,
): Promise<number> {
  const log = method === 'unlogged' ? 'off' : 'on';
  await Promise.all(connections.map((each) => each.query(`SET ergodrive.invalidation_log = '${log}'`)));
  const statement = method === 'notifiedWithin' ? REVOKE_AND_NOTIFY : REVOKE;
  let next = 0;
  const startedAt = performance.now();
  const revokeOneByOne = async (connection: pg.Client): Promise<void> => {
    while (next < ids.length && performance.now() - startedAt < durationMs) {
      await connection.query({ ...statement, values: [ids[next++]] });
      if (method === 'notified') notifier.committed();
    }
  };
  await Promise.all(connections.map(revokeOneByOne));
  return (next * 1000) / (performance.now() - startedAt);
}

/** The product's notifier, on a connection of the benchmark. */
function notifierOn(client: pg.Client): LogNotifier {
  const query = async (text: string, values: unknown[]) =>
    (await client.query(text, values)).rows as unknown[];
  return new LogNotifier({ query } as unknown as DataSource);
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}
