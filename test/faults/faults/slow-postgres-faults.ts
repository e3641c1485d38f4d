import type { TcpProxy } from '../../support/network/tcp-proxy.js';
import type { RedisServer } from '../../support/redis/redis-server.js';
import type { Deployment } from '../deployment/deployment.js';
import type { Fault, FaultContext, TestDeployment } from '../run-fault.js';

/** Each way: longer than a follower waits for an answer by default, shorter than a request does. */
const SLOW_MS = 450;
const SESSIONS = 8;
/** Until all connections have met the change. */
const SETTLING_MS = 2500;
const LENGTH_MS = 4000;

/** Every answer of PostgreSQL takes 0.9 s. It is not out of reach, so changes by SQL apply in time. */
export const slowPostgres: Fault<Deployment> = {
  name: 'PostgreSQL slow (0.9 s for each answer)',
  allows: [{ allowance: 'unavailable', knowsChanges: true }],
  run: (context) =>
    revokeBySqlWhile(context, context.deployment.databaseLinks, (link) => link.delay(SLOW_MS)),
};

/** Ends sessions by SQL while links are disturbed, and presents them to every instance for as long. @returns when the links were repaired */
export async function revokeBySqlWhile(
  context: FaultContext<TestDeployment & { readonly redis: RedisServer }>,
  links: readonly TcpProxy[],
  disturb: (link: TcpProxy) => Promise<void>,
): Promise<number> {
  const { deployment, client, operator, load, newSessions, breaks } = context;
  const { instances, redis } = deployment;
  const sessions = await newSessions(SESSIONS);
  await client.warm(instances[0]!, sessions, redis);
  breaks();
  await Promise.all(links.map(disturb));
  try {
    await client.presentUntil(load.continueFor(SETTLING_MS), instances, sessions);
    for (const session of sessions) await operator.revoke(session);
    await client.presentUntil(load.continueFor(LENGTH_MS), instances, sessions);
  } finally {
    await Promise.all(links.map((link) => link.pass()));
  }
  return performance.now();
}
