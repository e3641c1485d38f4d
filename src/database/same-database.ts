import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { isMissingName } from '../common/database-errors.js';
import { ConfigurationError } from '../config/configuration.error.js';
import { PrimaryClient } from './primary-client.js';
import type { PrimaryLocator } from './primary-locator.js';
import { readAndMark, SERVER, type ServerRow } from './history.js';

/** PostgreSQL may be restarted, or a standby promoted, between the two reads. */
const ATTEMPTS = 5;
const PAUSE_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;
const ANSWER_TIMEOUT_MS = 5000;

const RULE = 'DATABASE_URL and DATABASE_DIRECT_URL must lead to the same database of the same server';

/**
 * Opens the pool, and checks that both URLs lead to one database of one server.
 * @param pool of `DATABASE_URL`
 * @param sessions of `DATABASE_DIRECT_URL`
 * @throws ConfigurationError when they do not; Error of the driver
 */
export async function openSameDatabase(pool: DataSource, sessions: PrimaryLocator): Promise<void> {
  await pool.initialize().catch((error: unknown) => {
    // The migrations, which ran by way of the other URL, made every table and function.
    throw isMissingName(error) ? new ConfigurationError([RULE]) : error;
  });
  for (let attempt = 1; ; attempt++) {
    const [pooled] = await pool.query<ServerRow[]>(SERVER);
    const direct = await readServer(sessions);
    if (pooled?.history === direct?.history && pooled?.history !== '') return;
    if (attempt === ATTEMPTS) throw new ConfigurationError([describe(pooled, direct)]);
    await pause(PAUSE_MS);
  }
}

async function readServer(primary: PrimaryLocator): Promise<ServerRow | undefined> {
  const client = new PrimaryClient({
    primary,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await readAndMark(async (text) => (await client.query<ServerRow>(text)).rows);
  } finally {
    void client.end().catch(() => undefined);
  }
}

function describe(pooled?: ServerRow, direct?: ServerRow): string {
  const standby =
    pooled?.is_read_only === true
      ? 'DATABASE_URL'
      : direct?.is_read_only === true
        ? 'DATABASE_DIRECT_URL'
        : undefined;
  return standby === undefined ? RULE : `${RULE}: ${standby} leads to a standby or a read-only server`;
}
