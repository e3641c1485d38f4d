import type { Fault } from './drill.js';
import { isAccepted } from './history.js';
import type { House } from './house.js';

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
    name: 'PostgreSQL frozen for 4 s (SIGSTOP)',
    forgives: ['unavailable'],
    play: async ({ house, load, client, witnesses }) => {
      const cached = await witnesses(CACHED);
      await client.warm(house.instances[0]!, cached, house.redis);
      house.postgres.freeze();
      const answers = await Promise.all(
        cached.flatMap((session) => house.instances.map((instance) => client.read(instance, session))),
      );
      await load.lasts(4000);
      house.postgres.thaw();
      // An instance that happens to have lost Redis cannot say; the others go on.
      expect(answers.filter(isAccepted).length).toBeGreaterThan(answers.length / 2);
      return performance.now();
    },
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
