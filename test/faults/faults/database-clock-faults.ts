import type { SettableClock } from '../../support/postgres/settable-clock.js';
import type { Deployment } from '../deployment/deployment.js';
import type { Fault } from '../run-fault.js';

const LASTS_MS = 1500;

/**
 * PostgreSQL's wall clock is set while it runs, by less than an access token lives, and set right again.
 *
 * @param clock of the server of the deployment
 */
export const databaseClockFaults = (clock: () => SettableClock): readonly Fault<Deployment>[] =>
  [
    { name: "PostgreSQL's clock set 10 min ahead, and right again", seconds: 600 },
    { name: "PostgreSQL's clock set back by 10 min, and right again", seconds: -600 },
  ].map(({ name, seconds }) => ({
    name,
    load: { endsEverybody: true },
    run: async ({ load, promise }) => {
      // At a step forward, PostgreSQL takes the timeout of a statement for over, and cancels the statement. While the clock is behind, each
      // signal can be such a step: libfaketime gives the time of the machine to a handler that interrupts a reading of the clock.
      const from = performance.now();
      try {
        await clock().setAhead(seconds);
        if (seconds > 0) promise.locked.push({ from, to: performance.now() });
        await load.continueFor(LASTS_MS);
      } finally {
        await clock().setAhead(0);
        if (seconds < 0) promise.locked.push({ from, to: performance.now() });
      }
      await load.continueFor(LASTS_MS);
      return performance.now();
    },
  }));
