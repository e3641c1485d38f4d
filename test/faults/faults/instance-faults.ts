import { Client } from 'pg';
import { sql } from '../../support/postgres/sql.js';
import { waitFor } from '../../support/wait-for.js';
import type { Fault, FaultContext } from '../run-fault.js';
import { isAcknowledged, isRefused } from '../checker/history.js';
import type { Deployment } from '../deployment/deployment.js';
import type { TestSession } from '../load/population.js';
import { SQL_BOUND_MS } from '../checker/promise.js';

/** For the answers of a busy machine, beside the promised time. */
const ANSWERS_MS = 1000;

type Victim = Deployment['instances'][0];

const LOGOUTS = 24;
/** More than the load can have under way at that point, so that some of those that wait are the ones in question. */
const HELD_UP = 9;
const ENDED = 'SELECT id FROM sessions WHERE id = ANY($1::uuid[]) AND revoked_at IS NOT NULL';
const BLOCKED = `
  SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
const TERMINATE = 'SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid';
const LEFT = 'SELECT pid FROM pg_stat_activity WHERE pid = ANY($1::int[])';

/** What can happen to an instance. */
export const INSTANCE_FAULTS: readonly Fault<Deployment>[] = [
  {
    name: 'an instance killed (kill -9) in the middle of logouts',
    allows: [0, 1].map((instance) => ({ allowance: 'unanswered' as const, instance })),
    run: async (context) => {
      const [first, second] = context.deployment.instances;
      try {
        await killAmongLogouts(context, first!);
        await killBetweenChangeAndLog(context, second!);
      } finally {
        await Promise.all([first!.app.restart(), second!.app.restart()]);
      }
      return performance.now();
    },
  },
];

/** Kills the instance when a few of its logouts have been answered; the others are anywhere. */
async function killAmongLogouts(context: FaultContext<Deployment>, victim: Victim): Promise<void> {
  const { client, newSessions, load } = context;
  const sessions = await newSessions(LOGOUTS);
  await Promise.all(sessions.map((session) => client.read(victim, session)));
  let answered = 0;
  const logouts = sessions.map(async (session) => {
    if (isAcknowledged(await client.logout(victim, session))) answered += 1;
  });
  await waitFor(() => answered >= LOGOUTS / 4, { what: 'some logouts', intervalMs: 1 });
  await victim.app.kill9();
  await Promise.all(logouts);
  expect(await expectRecordHolds(context, victim, sessions)).toBeGreaterThanOrEqual(answered);
  await load.continueFor(500);
}

/**
 * Holds up whatever writes the invalidation log while logouts are under way, and kills their instance; PostgreSQL notices
 * and gives up what it asked for. What is committed then must reach the others without it.
 */
async function killBetweenChangeAndLog(context: FaultContext<Deployment>, victim: Victim): Promise<void> {
  const { deployment, client, newSessions, promise } = context;
  const sessions = await newSessions(HELD_UP);
  await Promise.all(sessions.map((session) => client.read(victim, session)));
  const database = new Client({ connectionString: deployment.database.url });
  await database.connect();
  const from = performance.now();
  try {
    await database.query('BEGIN; LOCK TABLE invalidations IN EXCLUSIVE MODE');
    const logouts = sessions.map((session) => client.logout(victim, session));
    // On connections of their own: a transaction sees one snapshot of the activity, however often it looks.
    const pids = async (query: string, values: unknown[] = []) =>
      (await sql<{ pid: number }>(deployment.database.url, query, values)).map(({ pid }) => pid);
    await waitFor(async () => (await pids(BLOCKED)).length >= sessions.length, {
      what: 'the logouts to reach the log',
    });
    await victim.app.kill9();
    await Promise.all(logouts);
    const blocked = await pids(BLOCKED);
    await sql(deployment.database.url, TERMINATE, [blocked]);
    await waitFor(async () => (await pids(LEFT, [blocked])).length === 0, {
      what: 'what was under way to end',
    });
    await database.query('COMMIT');
  } finally {
    await database.end();
    // Whatever else would write the log meanwhile waits as well, and gives up in time.
    promise.locked.push({ from, to: performance.now() });
  }
  await expectRecordHolds(context, victim, sessions);
}

/**
 * What PostgreSQL says of these sessions is what the surviving instances say, within the bound.
 * @returns how many have ended
 */
async function expectRecordHolds(
  { deployment, client }: FaultContext<Deployment>,
  dead: Victim,
  sessions: readonly TestSession[],
): Promise<number> {
  const survivors = deployment.instances.filter((instance) => instance !== dead && instance.app.running);
  const rows = await sql<{ id: string }>(deployment.database.url, ENDED, [sessions.map(({ id }) => id)]);
  const ended = new Set(rows.map(({ id }) => id));
  const agrees = async (instance: Victim, session: TestSession) =>
    isRefused(await client.read(instance, session)) === ended.has(session.id);
  const asked = sessions.flatMap((session) => survivors.map((instance) => ({ session, instance })));
  await waitFor(
    async () => {
      const answers = await Promise.all(asked.map(({ session, instance }) => agrees(instance, session)));
      return answers.every(Boolean);
    },
    { what: 'all survivors to say what PostgreSQL says', timeoutMs: SQL_BOUND_MS + ANSWERS_MS },
  );
  return ended.size;
}
