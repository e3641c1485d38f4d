import { waitFor } from '../../support/wait-for.js';
import type { Deployment } from '../deployment/deployment.js';
import { expectRecordHolds } from './record-agreement.js';
import { burnIds, burnIdsUpTo, loseIds } from './transaction-ids.js';
import type { Fault } from '../run-fault.js';

const SESSIONS = 12;
const FOLLOWERS_SINCE = `
  SELECT FROM pg_stat_activity WHERE application_name LIKE '%-follower' AND query_start > $1`;

/** After a crash PostgreSQL gives out ids again that the followers have seen. Needs `LATE_FLUSH`. */
export const reusedTransactionIds: Fault<Deployment> = {
  name: 'PostgreSQL killed (kill -9), and its transaction ids used again',
  allows: ['unavailable'],
  run: async (context) => {
    const { deployment, load, client, operator, newSessions } = context;
    const { postgres, instances, redis, databaseLinks } = deployment;
    const sessions = await newSessions(SESSIONS);
    await load.stop();
    const before = await loseIds(deployment, {
      giveOut: async () => {
        await client.warm(instances[0]!, sessions, redis);
        await giveOutIds(deployment);
      },
      crash: async () => {
        await Promise.all(databaseLinks.map((link) => link.cut()));
        await postgres.kill9();
        await postgres.restart();
      },
      goOn: async () => {
        await Promise.all(databaseLinks.map((link) => link.pass()));
        await deployment.recovered();
      },
    });
    await Promise.all(sessions.map((session) => operator.revoke(session)));
    // Before the followers are back, the ids that they have seen have all been given out again.
    await burnIdsUpTo(postgres, before);
    await Promise.all(databaseLinks.map((link) => link.pass()));
    load.start();
    const endedAt = performance.now();
    await deployment.recovered();
    await expectRecordHolds(context, sessions);
    return endedAt;
  },
};

/** Gives out many ids, and waits until every follower has seen them. */
async function giveOutIds({ postgres, instances }: Deployment): Promise<void> {
  await burnIds(postgres);
  const [row] = await postgres.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const haveSeen = async () => (await postgres.query(FOLLOWERS_SINCE, [row!.now])).length >= instances.length;
  await waitFor(haveSeen, { what: 'every follower to see the transaction ids' });
}
