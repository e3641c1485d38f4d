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
    run: async ({ load, promise }) => {
      // At a step forward, PostgreSQL takes the timeout of a statement that waits for a lock for over, and cancels the statement.
      const set = async (ahead: number) => {
        const from = performance.now();
        await clock().setAhead(ahead);
        promise.locked.push({ from, to: performance.now() });
      };
      try {
        await set(seconds);
        await load.continueFor(LASTS_MS);
      } finally {
        await set(0);
      }
      await load.continueFor(LASTS_MS);
      return performance.now();
    },
  }));
