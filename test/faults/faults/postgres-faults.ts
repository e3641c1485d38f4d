import { waitFor } from '../../support/wait-for.js';
import type { Deployment } from '../deployment/deployment.js';
import { isAccepted } from '../checker/history.js';
import type { Instance } from '../deployment/instance.js';
import type { Fault, FaultContext } from '../run-fault.js';

const CACHED = 10;
/** How long the database stays away. */
const OUTAGE_MS = 3500;

/** What can happen to PostgreSQL. */
export const POSTGRES_FAULTS: readonly Fault<Deployment>[] = [
  {
    name: 'PostgreSQL killed (kill -9) and restarted',
    allows: ['unavailable'],
    run: (context) =>
      outage(context, {
        begin: ({ postgres }) => postgres.kill9(),
        end: ({ postgres }) => postgres.restart(),
      }),
  },
  {
    name: 'PostgreSQL frozen (SIGSTOP)',
    allows: ['unavailable'],
    run: (context) =>
      outage(context, {
        begin: async ({ postgres }) => postgres.freeze(),
        end: async ({ postgres }) => postgres.thaw(),
      }),
  },
  {
    name: 'follower connections terminated',
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

/** While PostgreSQL is away, instances serve the sessions that are in the cache, unless they lose Redis as well. */
async function outage(
  { deployment, load, client, newSessions }: FaultContext<Deployment>,
  { begin, end }: Outage,
): Promise<number> {
  const { instances, redis } = deployment;
  const cached = await newSessions(CACHED);
  await client.warm(instances[0]!, cached, redis);
  const from = performance.now();
  await begin(deployment);
  const servesAll = async (instance: Instance) => {
    const answers = await Promise.all(cached.map((session) => client.read(instance, session)));
    return answers.every(isAccepted);
  };
  try {
    await waitFor(async () => (await Promise.all(instances.map(servesAll))).some(Boolean), {
      what: 'an instance to serve the cached sessions without PostgreSQL',
      timeoutMs: OUTAGE_MS,
    });
    await load.continueFor(Math.max(0, from + OUTAGE_MS - performance.now()));
  } finally {
    await end(deployment);
  }
  return performance.now();
}
