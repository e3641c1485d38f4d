import type { FailoverDeployment } from '../deployment/failover-deployment.js';
import type { Fault } from '../run-fault.js';
import { expectRecordHolds } from './record-agreement.js';

const SESSIONS = 6;
/** How long nobody is the primary. */
const WITHOUT_PRIMARY_MS = 1500;

/** The primary dies, and after a while the standby is promoted. Nothing that was acknowledged is lost. */
export const failoverToStandby: Fault<FailoverDeployment> = {
  name: 'the primary dies, and the other host of DATABASE_URL is promoted',
  allows: ['unavailable'],
  run: async (context) => {
    const { deployment, client, load, newSessions } = context;
    const { instances, primary, redis } = deployment;
    const [ended, kept] = [await newSessions(SESSIONS), await newSessions(SESSIONS)];
    await client.warm(instances[0]!, [...ended, ...kept], redis);
    await Promise.all(ended.map((session, index) => client.logout(instances[index % 2]!, session)));
    context.breaks();
    await primary.kill9();
    await load.continueFor(WITHOUT_PRIMARY_MS);
    await deployment.promote();
    const endedAt = performance.now();
    await client.presentUntil(deployment.recovered(), instances, [...ended, ...kept]);
    await expectRecordHolds(context, [...ended, ...kept]);
    return endedAt;
  },
};
