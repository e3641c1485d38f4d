import type { Deployment } from '../deployment/deployment.js';
import type { Instance } from '../deployment/instance.js';
import { RedisServer } from '../../support/redis/redis-server.js';
import { isAccepted } from '../checker/history.js';
import type { TestSession } from '../load/population.js';
import { allow, type Fault, type FaultContext } from '../run-fault.js';

const CHANGED = 1;
const OTHER = 0;
const SESSIONS = 8;
/** How long an instance is stopped around a logout: shorter than anybody notices. */
const STOPPED_MS = 100;
const LENGTH_MS = 500;

/** Stores that differ between instances, and change while they run. Meanwhile no instance accepts from any. */
export const STORE_FAULTS: readonly Fault<Deployment>[] = [
  {
    name: 'one instance restarted without REDIS_URL, and with it again',
    run: async (context) => {
      await restart(context, '');
      await endOnBothSides(context);
      return restartWithFirst(context);
    },
  },
  {
    name: 'one instance restarted with another Redis, and with the first again',
    run: async (context) => {
      const other = await RedisServer.start();
      await restart(context, other.url);
      await endOnBothSides(context);
      const endedAt = await restartWithFirst(context);
      await other.stop();
      return endedAt;
    },
  },
];

/** @returns when the instance that was restarted was ready */
async function restartWithFirst(context: FaultContext<Deployment>): Promise<number> {
  const { links, redis } = context.deployment;
  await restart(context, links[CHANGED]!.through(redis.url));
  return performance.now();
}

/** Restarts the instance with another store, until it answers from PostgreSQL at least. */
async function restart({ deployment, promise }: FaultContext<Deployment>, redisUrl: string): Promise<void> {
  const from = performance.now();
  const instance = deployment.instances[CHANGED]!;
  await instance.app.restart({ REDIS_URL: redisUrl });
  await instance.recovered('degraded');
  for (const allowance of ['unanswered', 'unavailable'] as const)
    allow(promise, { allowance, instance: CHANGED }, { from, to: performance.now() });
}

/** Sessions that both know end at one instance, and are presented at once to the other: first while both run, then while that one stops. */
async function endOnBothSides(context: FaultContext<Deployment>): Promise<void> {
  const { deployment, load } = context;
  const [one, other] = [deployment.instances[OTHER]!, deployment.instances[CHANGED]!];
  await load.continueFor(LENGTH_MS);
  await load.stop();
  const directions = [
    [one, other],
    [other, one],
  ] as const;
  await Promise.all(directions.map(([revoker, asked]) => endAndAsk(context, revoker, asked, false)));
  for (const [revoker, asked] of directions) await endAndAsk(context, revoker, asked, true);
  load.start();
}

async function endAndAsk(
  context: FaultContext<Deployment>,
  revoker: Instance,
  asked: Instance,
  isStopped: boolean,
): Promise<void> {
  const { client, load, promise, newSessions } = context;
  const sessions = await newSessions(SESSIONS);
  await Promise.all(sessions.map((session) => warm(context, [revoker, asked], session)));
  const from = performance.now();
  if (isStopped) asked.app.freeze();
  const thawn = load.continueFor(STOPPED_MS).then(() => asked.app.thaw());
  const endings = sessions.map(async (session) => {
    await client.logout(revoker, session);
    await Promise.all(Array.from({ length: 4 }, () => client.read(asked, session)));
  });
  await Promise.all([...endings, thawn]);
  if (isStopped)
    allow(promise, { allowance: 'stalled', instance: asked.number }, { from, to: performance.now() });
}

/** Lets each instance answer, from its store if it trusts that. */
async function warm(
  { client }: FaultContext<Deployment>,
  instances: readonly Instance[],
  session: TestSession,
): Promise<void> {
  for (const instance of instances)
    for (let count = 0; count < 2; count++)
      expect(isAccepted(await client.read(instance, session))).toBe(true);
}
