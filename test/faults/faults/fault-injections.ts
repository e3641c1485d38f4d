import { allow, type FaultAllowance, type FaultContext } from '../run-fault.js';
import type { Deployment } from '../deployment/deployment.js';
import type { SeededRandom } from '../load/seeded-random.js';

interface InjectionOptions {
  /** How long it lasts. */
  readonly lengthMs: number;
  /** A snapshot of Redis from the beginning. */
  readonly rdb: string;
  readonly random: SeededRandom;
}

/** A fault of a sequence. It repairs what it broke. */
export interface FaultInjection {
  readonly name: string;
  /** Injections of one target exclude each other. */
  readonly target: 'redis' | 'links' | 'database' | 'database-link' | 'instance';
  readonly allows?: readonly FaultAllowance[];
  run(context: FaultContext<Deployment>, options: InjectionOptions): Promise<void>;
}

const onRedis: FaultInjection[] = [
  {
    name: 'Redis crash, empty',
    target: 'redis',
    run: async ({ deployment, load }, { lengthMs }) => {
      await deployment.redis.kill9();
      await load.continueFor(lengthMs);
      await deployment.redis.restart({ keepData: false });
    },
  },
  {
    name: 'Redis rolled back',
    target: 'redis',
    run: async ({ deployment }, { rdb }) => deployment.redis.restart({ keepData: false, rdb }),
  },
  {
    name: 'Redis frozen',
    target: 'redis',
    run: async ({ deployment, load }, { lengthMs }) => {
      deployment.redis.freeze();
      await load.continueFor(lengthMs);
      deployment.redis.thaw();
    },
  },
  {
    name: 'FLUSHALL',
    target: 'redis',
    run: async ({ deployment }) => {
      await deployment.redis.cli('FLUSHALL');
    },
  },
  {
    name: 'full memory',
    target: 'redis',
    run: async ({ deployment, load }, { lengthMs }) => {
      await deployment.redis.cli('CONFIG', 'SET', 'maxmemory', '1mb', 'maxmemory-policy', 'allkeys-lru');
      await load.continueFor(lengthMs);
      await deployment.redis.cli('CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
    },
  },
  {
    name: 'refused writes',
    target: 'redis',
    run: async ({ deployment, load }, { lengthMs }) => {
      await deployment.redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
      await load.continueFor(lengthMs);
      await deployment.redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '0');
    },
  },
  {
    name: 'CLIENT KILL',
    target: 'redis',
    run: async ({ deployment }) => {
      await deployment.redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
    },
  },
];

const onLinks: FaultInjection[] = [
  {
    name: 'black hole',
    target: 'links',
    run: (context, options) => onSomeLinks(context, options, (link) => link.blackhole()),
  },
  {
    name: 'cut',
    target: 'links',
    run: (context, options) => onSomeLinks(context, options, (link) => link.cut()),
  },
  {
    name: 'latency',
    target: 'links',
    run: async (context, options) => {
      const ms = options.random.pick([10, 40, 70, 2000])!;
      await onSomeLinks(context, options, (link) => link.delay(ms));
    },
  },
];

const onOneDatabaseLink: FaultInjection[] = [
  databaseLinkInjection('PostgreSQL black hole', (link) => link.blackhole()),
  databaseLinkInjection('PostgreSQL cut', (link) => link.cut()),
];

const elsewhere: FaultInjection[] = [
  {
    name: 'PostgreSQL crash',
    target: 'database',
    allows: ['unavailable'],
    run: async ({ deployment, load }, { lengthMs }) => {
      await deployment.postgres.kill9();
      await load.continueFor(lengthMs);
      await deployment.postgres.restart();
    },
  },
  {
    name: 'PostgreSQL frozen',
    target: 'database',
    allows: ['unavailable'],
    run: async ({ deployment, load }, { lengthMs }) => {
      deployment.postgres.freeze();
      await load.continueFor(lengthMs);
      deployment.postgres.thaw();
    },
  },
  { name: 'followers ended', target: 'database', run: ({ deployment }) => deployment.endFollowers() },
  {
    name: 'instance crash',
    target: 'instance',
    run: async ({ deployment, promise }, { random }) => {
      const victim = random.pick(deployment.instances)!;
      const from = performance.now();
      await victim.app.kill9();
      await victim.app.restart();
      await victim.recovered();
      const span = { from, to: performance.now() };
      allow(promise, { allowance: 'unanswered', instance: victim.number }, span);
    },
  },
];

export const INJECTIONS: readonly FaultInjection[] = [
  ...onRedis,
  ...onLinks,
  ...onOneDatabaseLink,
  ...elsewhere,
];

function databaseLinkInjection(
  name: string,
  disturb: (link: Deployment['links'][0]) => Promise<void>,
): FaultInjection {
  return {
    name,
    target: 'database-link',
    allows: [{ allowance: 'unavailable', instance: 0 }, 'locked'],
    run: async ({ deployment: { databaseLinks }, load }, { lengthMs }) => {
      await disturb(databaseLinks[0]!);
      await load.continueFor(lengthMs);
      await databaseLinks[0]!.pass();
    },
  };
}

async function onSomeLinks(
  { deployment, load }: FaultContext<Deployment>,
  { lengthMs, random }: InjectionOptions,
  disturb: (link: Deployment['links'][0]) => Promise<void>,
): Promise<void> {
  const links = random.shuffled(deployment.links).slice(0, random.between(1, deployment.links.length));
  await Promise.all(links.map(disturb));
  await load.continueFor(lengthMs);
  await Promise.all(links.map((link) => link.pass()));
}
