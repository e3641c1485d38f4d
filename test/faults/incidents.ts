import type { Scene } from './drill.js';
import type { House } from './house.js';
import type { Allowance } from './promise.js';
import type { SeededRandom } from './seeded-random.js';

interface Course {
  /** How long it lasts. */
  readonly lengthMs: number;
  /** A snapshot of Redis from the beginning. */
  readonly rdb: string;
  readonly random: SeededRandom;
}

/** One mishap of a composition. It mends what it broke. */
export interface Incident {
  readonly name: string;
  /** Incidents of one place exclude each other. */
  readonly place: 'redis' | 'links' | 'database' | 'instance';
  readonly forgives?: readonly Allowance[];
  play(scene: Scene<House>, course: Course): Promise<void>;
}

const onRedis: Incident[] = [
  {
    name: 'Redis crash, empty',
    place: 'redis',
    play: async ({ house, load }, { lengthMs }) => {
      await house.redis.kill9();
      await load.lasts(lengthMs);
      await house.redis.restart({ keepData: false });
    },
  },
  {
    name: 'Redis rolled back',
    place: 'redis',
    play: async ({ house }, { rdb }) => house.redis.restart({ keepData: false, rdb }),
  },
  {
    name: 'Redis frozen',
    place: 'redis',
    play: async ({ house, load }, { lengthMs }) => {
      house.redis.freeze();
      await load.lasts(lengthMs);
      house.redis.thaw();
    },
  },
  {
    name: 'FLUSHALL',
    place: 'redis',
    play: async ({ house }) => {
      await house.redis.cli('FLUSHALL');
    },
  },
  {
    name: 'full memory',
    place: 'redis',
    play: async ({ house, load }, { lengthMs }) => {
      await house.redis.cli('CONFIG', 'SET', 'maxmemory', '1mb', 'maxmemory-policy', 'allkeys-lru');
      await load.lasts(lengthMs);
      await house.redis.cli('CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
    },
  },
  {
    name: 'CLIENT KILL',
    place: 'redis',
    play: async ({ house }) => {
      await house.redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
    },
  },
];

const onLinks: Incident[] = [
  {
    name: 'black hole',
    place: 'links',
    play: (scene, course) => onSomeLinks(scene, course, (link) => link.blackhole()),
  },
  {
    name: 'cut',
    place: 'links',
    play: (scene, course) => onSomeLinks(scene, course, (link) => link.cut()),
  },
  {
    name: 'latency',
    place: 'links',
    play: async (scene, course) => {
      const ms = course.random.pick([10, 40, 70, 2000])!;
      await onSomeLinks(scene, course, (link) => link.delay(ms));
    },
  },
];

const elsewhere: Incident[] = [
  {
    name: 'PostgreSQL crash',
    place: 'database',
    forgives: ['unavailable'],
    play: async ({ house, load }, { lengthMs }) => {
      await house.postgres.kill9();
      await load.lasts(lengthMs);
      await house.postgres.restart();
    },
  },
  {
    name: 'PostgreSQL frozen',
    place: 'database',
    forgives: ['unavailable'],
    play: async ({ house, load }, { lengthMs }) => {
      house.postgres.freeze();
      await load.lasts(lengthMs);
      house.postgres.thaw();
    },
  },
  {
    name: 'listeners ended',
    place: 'database',
    play: ({ house }) => house.endListeners(),
  },
  {
    name: 'instance crash',
    place: 'instance',
    forgives: ['unanswered'],
    play: async ({ house }, { random }) => {
      const victim = random.pick(house.instances)!;
      await victim.app.kill9();
      await victim.app.restart();
    },
  },
];

export const INCIDENTS: readonly Incident[] = [...onRedis, ...onLinks, ...elsewhere];

async function onSomeLinks(
  { house, load }: Scene<House>,
  { lengthMs, random }: Course,
  spoil: (link: House['links'][0]) => Promise<void>,
): Promise<void> {
  const links = random.shuffled(house.links).slice(0, random.between(1, house.links.length));
  await Promise.all(links.map(spoil));
  await load.lasts(lengthMs);
  await Promise.all(links.map((link) => link.pass()));
}
