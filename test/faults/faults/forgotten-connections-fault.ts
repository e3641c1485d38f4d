import type { Deployment } from '../deployment/deployment.js';
import type { Instance } from '../deployment/instance.js';
import type { TestSession } from '../load/population.js';
import { allow, type Fault, type FaultContext } from '../run-fault.js';

const ROUNDS = 4;
const SESSIONS = 4;
/** The first poll after the stall gets no answer for some 800 ms. */
const AWAKE_MS = 1500;
const BETWEEN_READS_MS = 8;
const AWAKENING_MS = 2500;

/**
 * The machine of one instance and of Redis sleeps, and a NAT forgets the connections of the instance to PostgreSQL. Another
 * instance, cut off from Redis, ends sessions meanwhile. Silence on an old connection does not mean that PostgreSQL is away.
 */
export const forgottenConnections: Fault<Deployment> = {
  name: 'one instance and Redis asleep, and its connections to PostgreSQL forgotten',
  run: async (context) => {
    for (let round = 0; round < ROUNDS; round++) await sleepOnce(context);
    return performance.now();
  },
};

async function sleepOnce(context: FaultContext<Deployment>): Promise<void> {
  const { deployment, client, load, promise, newSessions } = context;
  const { instances, redis, links, databaseLinks } = deployment;
  const [asleep, revoker] = instances as [Instance, Instance];
  const sessions = await newSessions(SESSIONS);
  await load.stop();
  await client.warm(asleep, sessions, redis);
  await Promise.all(links.slice(1).map((link) => link.cut()));
  const from = performance.now();
  try {
    asleep.app.freeze();
    redis.freeze();
    databaseLinks[asleep.number]!.forget();
    await Promise.all(sessions.map((session) => client.logout(revoker, session)));
  } finally {
    redis.thaw();
    asleep.app.thaw();
    const span = { from, to: performance.now() + AWAKENING_MS };
    for (const allowance of ['stalled', 'unavailable'] as const)
      allow(promise, { allowance, instance: asleep.number, knowsChanges: true }, span);
  }
  await presentAtPace(context, asleep, sessions);
  await Promise.all(links.map((link) => link.pass()));
  load.start();
  await deployment.recovered();
}

/** At a pace of its own: a request that asks PostgreSQL on a forgotten connection gets no answer for seconds. */
async function presentAtPace(
  { client, load }: FaultContext,
  instance: Instance,
  sessions: readonly TestSession[],
): Promise<void> {
  const asked: Promise<unknown>[] = [];
  const until = performance.now() + AWAKE_MS;
  for (let next = 0; performance.now() < until; next++) {
    asked.push(client.read(instance, sessions[next % sessions.length]!));
    await load.continueFor(BETWEEN_READS_MS);
  }
  await Promise.all(asked);
}
