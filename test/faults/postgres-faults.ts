import type { Fault, Scene } from './drill.js';
import { isAccepted } from './history.js';
import type { House } from './house.js';
import { trustOf } from './trust-watch.js';

const CACHED = 10;

/** What can happen to PostgreSQL. */
export const POSTGRES_FAULTS: readonly Fault<House>[] = [
  {
    name: 'PostgreSQL kill -9 and restart',
    forgives: ['unavailable'],
    play: async ({ house, load }) => {
      await house.postgres.kill9();
      await load.lasts(1500);
      await house.postgres.restart();
      return performance.now();
    },
  },
  {
    name: 'PostgreSQL frozen for 3 s (SIGSTOP)',
    forgives: ['unavailable'],
    play: freezeUnderCachedSessions,
  },
  {
    name: 'LISTEN connections terminated',
    play: async ({ house, load }) => {
      for (let round = 0; round < 20; round++) {
        await house.endListeners();
        await load.lasts(120);
      }
      return performance.now();
    },
  },
];

/** What is in the cache is served as if nothing were wrong, by every instance that does not happen to lose Redis. */
async function freezeUnderCachedSessions({ house, load, client, witnesses }: Scene<House>): Promise<number> {
  const cached = await witnesses(CACHED);
  await client.warm(house.instances[0]!, cached, house.redis);
  const losses = house.instances.map((instance) => trustOf(instance).losses);
  house.postgres.freeze();
  const served = await Promise.all(
    house.instances.map(async (instance) => {
      let count = 0;
      for (const session of cached) if (isAccepted(await client.read(instance, session))) count += 1;
      return count;
    }),
  );
  const stayed = house.instances.map((instance, number) => trustOf(instance).losses === losses[number]);
  await load.lasts(3000);
  house.postgres.thaw();
  const mended = performance.now();
  for (const [number, count] of served.entries()) if (stayed[number]) expect(count).toBe(CACHED);
  expect(Math.max(...served)).toBe(CACHED);
  return mended;
}
