import type { PostgresServer } from '../../support/postgres/postgres-server.js';

/** Transaction ids that are given out and not flushed. */
const BURN = `
  DO $$ BEGIN
    FOR i IN 1..600 LOOP PERFORM pg_current_xact_id(); ROLLBACK; END LOOP;
  END $$`;
const NEXT_XID = 'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid';

/** Gives out some hundred ids. */
export async function burnIds(postgres: PostgresServer): Promise<void> {
  await postgres.query(BURN);
}

/** The id that is given out next. */
export async function nextId(postgres: PostgresServer): Promise<bigint> {
  const [row] = await postgres.query<{ xid: string }>(NEXT_XID);
  return BigInt(row!.xid);
}
