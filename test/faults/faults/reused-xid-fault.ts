import { sql } from '../../support/postgres/sql.js';
import { waitFor } from '../../support/wait-for.js';
import type { Deployment } from '../deployment/deployment.js';
import { expectRecordHolds } from './record-agreement.js';
import type { Fault } from '../run-fault.js';

const SESSIONS = 12;
/** Transaction ids that are given out and not flushed. */
const BURN = `
  DO $$ BEGIN
    FOR i IN 1..600 LOOP PERFORM pg_current_xact_id(); ROLLBACK; END LOOP;
  END $$`;
const NEXT_XID = 'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid';
const FOLLOWERS_SINCE = `
  SELECT FROM pg_stat_activity WHERE application_name LIKE '%-follower' AND query_start > $1`;
/** Audit events without a log line. The commit after their lines would flush the ids. */
const DUE_LINES = 'SELECT FROM audit_outbox';

/** What makes PostgreSQL keep transaction ids in memory until a commit. */
export const LATE_FLUSH = ['-c', 'wal_writer_delay=10000ms'];

/** After a crash PostgreSQL gives out ids again that the followers have seen. Needs {@link LATE_FLUSH}. */
export const reusedTransactionIds: Fault<Deployment> = {
  name: 'PostgreSQL killed (kill -9), and its transaction ids used again',
  allows: ['unavailable'],
  run: async (context) => {
    const { deployment, load, client, operator, newSessions } = context;
    const { postgres, database, instances, redis, databaseLinks } = deployment;
    const sessions = await newSessions(SESSIONS);
    await client.warm(instances[0]!, sessions, redis);
    await load.stop();
    await waitFor(async () => (await sql(database.url, DUE_LINES)).length === 0, {
      what: 'the log lines of the audit trail',
    });
    const before = await burn(deployment);
    await Promise.all(databaseLinks.map((link) => link.cut()));
    await postgres.kill9();
    await postgres.restart();
    expect(await nextXid(deployment)).toBeLessThan(before);
    await Promise.all(sessions.map((session) => operator.revoke(session)));
    // Before the followers are back, the ids that they have seen have all been given out again.
    for (let next = 0n; next < before; next = await nextXid(deployment)) await postgres.query(BURN);
    await Promise.all(databaseLinks.map((link) => link.pass()));
    load.start();
    const endedAt = performance.now();
    await deployment.recovered();
    await expectRecordHolds(context, sessions);
    return endedAt;
  },
};

/** Gives out many ids, and waits until every follower has seen them. @returns the next id */
async function burn(deployment: Deployment): Promise<bigint> {
  const { postgres, instances } = deployment;
  await postgres.query(BURN);
  const [row] = await postgres.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const haveSeen = async () => (await postgres.query(FOLLOWERS_SINCE, [row!.now])).length >= instances.length;
  await waitFor(haveSeen, { what: 'every follower to see the transaction ids' });
  return nextXid(deployment);
}

async function nextXid({ postgres }: Deployment): Promise<bigint> {
  const [row] = await postgres.query<{ xid: string }>(NEXT_XID);
  return BigInt(row!.xid);
}
