import type { PostgresServer } from '../../support/postgres/postgres-server.js';
import { sql } from '../../support/postgres/sql.js';
import { waitFor } from '../../support/wait-for.js';

/** Transaction ids that are given out and not flushed. */
const BURN = `
  DO $$ BEGIN
    FOR i IN 1..600 LOOP PERFORM pg_current_xact_id(); ROLLBACK; END LOOP;
  END $$`;
const MOST_CRASHES = 12;
/** Audit events without a log line. The commit after their lines would flush the ids. */
const DUE_LINES = 'SELECT FROM audit_outbox';
const NEXT_XID = 'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid';

/** Gives out some hundred ids. */
export async function burnIds(postgres: PostgresServer): Promise<void> {
  await postgres.query(BURN);
}

/** Gives out ids until the next one is `end` or above. */
export async function burnIdsUpTo(postgres: PostgresServer, end: bigint): Promise<void> {
  while ((await nextId(postgres)) < end) await burnIds(postgres);
}

/** The id that is given out next. */
async function nextId(postgres: PostgresServer): Promise<bigint> {
  const [row] = await postgres.query<{ xid: string }>(NEXT_XID);
  return BigInt(row!.xid);
}

/** How a fault makes PostgreSQL crash. */
interface Crash {
  /** Gives out ids, and waits until all who are to see them have. */
  giveOut(): Promise<void>;
  /** Cuts the instances off, and lets PostgreSQL crash and recover. */
  crash(): Promise<void>;
  /** Lets the instances back, for another attempt. */
  goOn(): Promise<void>;
}

/**
 * Lets PostgreSQL crash until ids are lost: whatever flushes the log just before a crash keeps them.
 *
 * @returns the first id that nobody has seen. The instances are still cut off
 */
export async function loseIds(
  { postgres, database }: { readonly postgres: PostgresServer; readonly database: { readonly url: string } },
  { giveOut, crash, goOn }: Crash,
): Promise<bigint> {
  for (let crashes = 0; crashes < MOST_CRASHES; crashes++) {
    await waitFor(async () => (await sql(database.url, DUE_LINES)).length === 0, {
      what: 'the log lines of the audit trail',
    });
    await giveOut();
    const before = await nextId(postgres);
    await crash();
    if ((await nextId(postgres)) < before) return before;
    await goOn();
  }
  throw new Error('no transaction ids were lost');
}
