import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, FaultContext } from '../run-fault.js';
import type { Deployment } from '../deployment/deployment.js';
import type { TestSession } from '../load/population.js';

/** Each way; the round trip stays below the deadline of 100 ms, so the cache remains in use. */
const SLOW_MS = 30;
const ROUND_TRIP_MS = 2 * SLOW_MS;
/** How many sessions are tried at the same time. */
const WORKERS = 3;

/** Races that take a microsecond on a fast link, and 30 ms on one that is slow but not broken. */
export const SLOW_LINK_FAULTS: readonly Fault<Deployment>[] = [
  {
    name: 'fills under way on a slow link while sessions end',
    run: (context) => race(context, 45, raceFill),
  },
  {
    name: 'sessions ended twice at once while no instance follows the log',
    run: (context) => race(context, 30, endTwice),
  },
];

type Race = (context: FaultContext<Deployment>, session: TestSession) => Promise<void>;

/** Makes the link of the first instance slow, and runs the race for each of many sessions. */
async function race(context: FaultContext<Deployment>, count: number, run: Race): Promise<number> {
  const { deployment, client, newSessions } = context;
  const sessions = await newSessions(count);
  await deployment.links[0]!.delay(SLOW_MS);
  const worker = async () => {
    for (let session = sessions.pop(); session; session = sessions.pop()) {
      await run(context, session);
      const again = Array.from({ length: 3 }, () => deployment.instances).flat();
      for (const instance of again) await client.read(instance, session);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  await deployment.links[0]!.pass();
  return performance.now();
}

/**
 * The slow instance reads a session that nobody has in the cache: GET, lease, database, fill. Another instance ends the
 * session before that fill lands, and puts no token on the blacklist, which would hide a stale entry.
 */
async function raceFill(
  { deployment, client, random }: FaultContext<Deployment>,
  session: TestSession,
): Promise<void> {
  const [slow, fast] = deployment.instances;
  const reading = client.read(slow!, session);
  await pause(random.between(2 * ROUND_TRIP_MS - 15, 2 * ROUND_TRIP_MS + SLOW_MS + 15));
  await client.endAll(fast!, session.user, [session]);
  await client.presentUntil(reading, deployment.instances.slice(1), [session]);
}

/**
 * An administrator who got no answer yet asks another instance: the answer that comes first counts, whichever it is. The
 * instances follow nothing meanwhile, so that only what the two do themselves counts.
 */
async function endTwice(
  { deployment, client, random }: FaultContext<Deployment>,
  session: TestSession,
): Promise<void> {
  const [slow, fast] = deployment.instances;
  await client.read(fast!, session);
  const first = client.endAll(slow!, session.user, [session]);
  await pause(SLOW_MS);
  await deployment.endFollowers();
  await pause(random.between(0, SLOW_MS));
  await client.endAll(fast!, session.user, [session]);
  await Promise.all(deployment.instances.map((instance) => client.read(instance, session)));
  await first;
}
