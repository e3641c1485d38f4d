import { PostgresDump } from '../../support/postgres/postgres-dump.js';
import { PostgresStandby } from '../../support/postgres/postgres-standby.js';
import { AppDatabase } from '../deployment/app-database.js';
import { copyDatabase } from '../deployment/copied-database.js';
import type { Deployment } from '../deployment/deployment.js';
import type { TestSession } from '../load/population.js';
import { readRecord } from './read-record.js';
import { expectRecordHolds } from './record-agreement.js';
import type { Fault, FaultContext } from '../run-fault.js';

const SESSIONS = 6;
const LOSING_MS = 700;

/** Goes back to data in which the last changes are missing. @returns when the right data was in place */
type GoBack = () => Promise<void>;

/**
 * PostgreSQL's data goes back to an older moment. Acknowledged changes since then are lost, which no cache can mend; from
 * the recovery on every instance must answer what PostgreSQL then says.
 */
export const LOST_CHANGE_FAULTS: readonly Fault<Deployment>[] = [
  losing(
    'the database restored in place (pg_restore --clean), later changes lost',
    async ({ deployment }) => {
      const dump = await PostgresDump.of(deployment.database.url);
      return () => dump.restore(deployment.database.url, { clean: true });
    },
  ),
  losing(
    'the database dropped and restored in the same cluster, later changes lost',
    async ({ deployment }) => {
      const dump = await PostgresDump.of(deployment.database.url);
      return async () => {
        const { url } = await AppDatabase.recreate(deployment.postgres);
        await dump.restore(url);
      };
    },
  ),
  losing('all instances moved to a copy in another cluster, later changes lost', async ({ deployment }) => {
    const copy = await copyDatabase(await PostgresDump.of(deployment.database.url));
    return async () => {
      const old = deployment.postgres;
      deployment.moveTo(copy);
      await old.stop();
    };
  }),
  losing('failover to a standby that lacks the last transactions', async ({ deployment }) => {
    const primary = deployment.postgres;
    const standby = await PostgresStandby.of(primary);
    await standby.caughtUp();
    await standby.stallReplication();
    return async () => {
      await primary.kill9();
      await standby.promote();
      deployment.moveTo(standby.server);
      await primary.stop();
    };
  }),
];

function losing(
  name: string,
  begin: (context: FaultContext<Deployment>) => Promise<GoBack>,
): Fault<Deployment> {
  return {
    name,
    allows: ['unavailable'],
    run: async (context) => {
      const { deployment, client, load, operator, promise, breaks, newSessions } = context;
      const [lostEnds, lostPromotions, later] = [
        await newSessions(SESSIONS),
        await newSessions(SESSIONS),
        await newSessions(SESSIONS),
      ];
      await client.warm(
        deployment.instances[0]!,
        [...lostEnds, ...lostPromotions, ...later],
        deployment.redis,
      );
      const from = performance.now();
      const goBack = await begin(context);
      await makeLostChanges(context, lostEnds, lostPromotions);
      await load.continueFor(LOSING_MS);
      const undoneFrom = performance.now();
      breaks();
      await goBack();
      const record = await readRecord(deployment.database.url);
      const endedAt = performance.now();
      promise.lost.push({ from, to: endedAt, undoneFrom, record });
      await Promise.all(later.slice(0, SESSIONS / 2).map((session) => operator.revoke(session)));
      const all = [...lostEnds, ...lostPromotions, ...later];
      await client.presentUntil(deployment.recovered(), deployment.instances, all);
      await expectRecordHolds(context, all);
      return endedAt;
    },
  };
}

/** Ends sessions and promotes users, and lets all instances read that. */
async function makeLostChanges(
  { deployment: { instances }, client }: FaultContext<Deployment>,
  ended: readonly TestSession[],
  promoted: readonly TestSession[],
): Promise<void> {
  await Promise.all(ended.map((session) => client.logout(instances[0]!, session)));
  await Promise.all(promoted.map(({ user }) => client.setRole(instances[1]!, user, 'researcher')));
  for (const session of promoted)
    await Promise.all(instances.map((instance) => client.read(instance, session)));
}
