import pg from 'pg';
import { PRUNE_ROWS, readNewRows, readPosition } from '../../src/log/invalidation-log.js';
import type { PageBytes } from './measured.js';
import { cpuMsOf } from './postgres-usage.js';

const PAGE_ROWS = [0, 1, 10, 100, 1000];
const LOGGED_ROWS = 50_000;
const INSERT = `
  INSERT INTO invalidations (kind, user_id, session_id, reason)
  SELECT 'session.revoked', gen_random_uuid(), gen_random_uuid(), 'logout' FROM generate_series(1, $1)`;

/** What a row of the log takes on connections and on disk, and what its removal costs. */
export interface LogCosts {
  readonly pages: readonly PageBytes[];
  readonly logBytesPerRow: number;
  readonly pruneMicrosecondsPerRow: number;
}

/** @param url of a database that no instance uses any more */
export async function measureLog(url: string): Promise<LogCosts> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const pages: PageBytes[] = [];
    for (const rows of PAGE_ROWS) pages.push(await measurePage(client, rows));
    await client.query('TRUNCATE invalidations');
    // A transaction for each row, as revocations have, would change neither size nor order.
    await client.query(INSERT, [LOGGED_ROWS]);
    const { rows: sizes } = await client.query<{ bytes: string }>(
      `SELECT pg_total_relation_size('invalidations') AS bytes`,
    );
    return {
      pages,
      logBytesPerRow: Math.round(Number(sizes[0]?.bytes) / LOGGED_ROWS),
      pruneMicrosecondsPerRow: await measurePruning(client),
    };
  } finally {
    await client.end();
  }
}

/** Counts the bytes of one read, without those of TCP and TLS. */
async function measurePage(client: pg.Client, count: number): Promise<PageBytes> {
  const { stream } = (client as unknown as { connection: { stream: ByteCounts } }).connection;
  const { position } = await readPosition(client);
  if (count > 0) await client.query(INSERT, [count]);
  const before = { written: stream.bytesWritten, read: stream.bytesRead };
  const { rows } = await readNewRows(client, position);
  if (rows?.length !== count) throw new Error(`${rows?.length ?? 'more'} rows were read instead of ${count}`);
  return {
    rows: count,
    bytesOut: stream.bytesWritten - before.written,
    bytesIn: stream.bytesRead - before.read,
  };
}

interface ByteCounts {
  readonly bytesWritten: number;
  readonly bytesRead: number;
}

async function measurePruning(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number; next: string }>(
    'SELECT pg_backend_pid() AS pid, pg_snapshot_xmax(pg_current_snapshot())::text AS next',
  );
  const [{ pid, next } = { pid: 0, next: '0' }] = rows;
  const before = await cpuMsOf(pid);
  let removed = 0;
  for (let count = -1; count !== 0; removed += count)
    count = (await client.query(PRUNE_ROWS, [next, 10_000])).rowCount ?? 0;
  if (removed !== LOGGED_ROWS) throw new Error(`${removed} rows were removed`);
  return Math.round((((await cpuMsOf(pid)) - before) * 10_000) / removed) / 10;
}
