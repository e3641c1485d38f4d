import type { Deployment } from '../deployment/deployment.js';
import { isAccepted } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { TestSession } from '../load/population.js';
import type { Fault, FaultContext } from '../run-fault.js';

const CACHED = 10;
const MOST_OUTAGES = 8;
/** How long the database stays away. */
const OUTAGE_MS = 5000;
/** How long an instance may take to tell an outage of PostgreSQL from a lost connection; its requests wait that long for an answer. */
const NOTICE_BOUND_MS = 4000;
const BETWEEN_READS_MS = 50;
const SERVED = 'served';
const KILLS = 3;
const BETWEEN_KILLS_MS = 1500;

/** What can happen to PostgreSQL. */
export const POSTGRES_FAULTS: readonly Fault<Deployment>[] = [
  outage('PostgreSQL killed (kill -9) and restarted', {
    begin: ({ postgres }) => postgres.kill9(),
    end: ({ postgres }) => postgres.restart(),
  }),
  outage('PostgreSQL stopped in good order and started', {
    begin: ({ postgres }) => postgres.shutDown(),
    end: ({ postgres }) => postgres.restart(),
  }),
  outage('PostgreSQL frozen (SIGSTOP)', {
    begin: async ({ postgres }) => postgres.freeze(),
    end: async ({ postgres }) => postgres.thaw(),
  }),
  {
    name: "PostgreSQL killed (kill -9) again and again while everybody's sessions end",
    allows: ['unavailable'],
    load: { endsEverybody: true },
    run: async ({ deployment, load }) => {
      for (let round = 0; round < KILLS; round++) {
        await load.continueFor(BETWEEN_KILLS_MS);
        await deployment.postgres.kill9();
        await deployment.postgres.restart();
        await deployment.recovered();
      }
      return performance.now();
    },
  },
  {
    name: 'follower connections terminated',
    load: { endsEverybody: true },
    run: async ({ deployment, load }) => {
      for (let round = 0; round < 20; round++) {
        await deployment.endFollowers();
        await load.continueFor(120);
      }
      return performance.now();
    },
  },
];

interface Outage {
  begin(deployment: Deployment): Promise<void>;
  end(deployment: Deployment): Promise<void>;
}

/**
 * While PostgreSQL is away, every instance serves the sessions that are in the cache, unless it loses Redis as well: a busy machine
 * may miss a deadline of Redis, and a new connection to Redis is not trusted without PostgreSQL. An outage in which every instance loses
 * it shows nothing, and one in which an instance needs longer for the first answers may show a busy machine: both are repeated.
 */
function outage(name: string, fault: Outage): Fault<Deployment> {
  const run = async (context: FaultContext<Deployment>) => {
    context.breaks();
    const seen: string[] = [];
    do {
      if (seen.length > 0) await context.deployment.recovered();
      seen.push(await serviceDuring(context, fault));
    } while (seen.at(-1) !== SERVED && seen.length < MOST_OUTAGES);
    expect(seen).toContain(SERVED);
    return performance.now();
  };
  return { name, allows: ['unavailable'], run };
}

/** @returns whether every instance that kept Redis for the whole outage served in time what was cached */
async function serviceDuring(context: FaultContext<Deployment>, { begin, end }: Outage): Promise<string> {
  const { deployment, load, client, promise, newSessions } = context;
  const { instances, redis } = deployment;
  const cached = await newSessions(CACHED);
  await client.warm(instances[0]!, cached, redis);
  const lossesBefore = await Promise.all(instances.map(lossesOfCache));
  const from = performance.now();
  await begin(deployment);
  try {
    const served = instances.map((instance) => servingFrom(context, instance, cached));
    const servedFrom = await Promise.all(served);
    await load.continueFor(Math.max(0, from + OUTAGE_MS - performance.now()));
    const to = performance.now();
    const losses = await Promise.all(instances.map(lossesOfCache));
    const keeping = instances.filter(({ number }) => losses[number] === lossesBefore[number]);
    const sessionIds = new Set(cached.map(({ id }) => id));
    for (const { number } of keeping)
      promise.cached.push({ instance: number, sessionIds, from: servedFrom[number]!, to });
    const late = keeping.filter(({ number }) => servedFrom[number]! - from >= NOTICE_BOUND_MS);
    if (late.length > 0) return `late: ${late.map(({ number }) => number).join(', ')}`;
    return keeping.length > 0 ? SERVED : 'no instance kept Redis';
  } finally {
    await end(deployment);
  }
}

/** From when on the instance has served all the sessions; `Infinity` when it has not within the bound. */
async function servingFrom(
  { client, load }: FaultContext<Deployment>,
  instance: Instance,
  sessions: readonly TestSession[],
): Promise<number> {
  const servesAll = async () => {
    const answers = await Promise.all(sessions.map((session) => client.read(instance, session)));
    return answers.every(isAccepted);
  };
  const until = performance.now() + NOTICE_BOUND_MS;
  while (performance.now() < until) {
    const startedAt = performance.now();
    if (await servesAll()) return startedAt;
    await load.continueFor(BETWEEN_READS_MS);
  }
  return Infinity;
}

/** How often the instance has stopped using Redis, since its start. */
async function lossesOfCache({ client }: Instance): Promise<number> {
  const { body } = await client.get<string>('/metrics');
  return Number(/^ergodrive_cache_trust_changes_total\{state="down"\} (\d+)$/m.exec(body)![1]);
}
