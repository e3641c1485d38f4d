import { SettableClock } from '../support/postgres/settable-clock.js';
import { skewedClock } from '../support/process/clock-skew.js';
import { Deployment } from './deployment/deployment.js';
import { describeFaults, TIMEOUT_MS } from './fault-suite.js';
import { databaseClockFaults } from './faults/database-clock-faults.js';
import { expectOldEntriesUnused, leaveEntries, type OldEntries } from './faults/old-entries.js';
import { CLOCK_SKEWS_MS, SKEW_FAULTS } from './faults/skew-faults.js';
import type { Fault } from './run-fault.js';

let clock: SettableClock;
let entries: OldEntries;

afterAll(() => clock.remove());

/** The entries get old while the faults that follow run. None of those ends everybody's sessions, which would delete the entries. */
const leavingEntries = ({ run, ...fault }: Fault<Deployment>): Fault<Deployment> => ({
  ...fault,
  run: async (context) => {
    entries = await leaveEntries(context.deployment);
    return run(context);
  },
});
const [firstSkewFault, ...otherSkewFaults] = SKEW_FAULTS;

describeFaults({
  title: 'three instances whose clocks are 3 min apart, and a PostgreSQL whose clock is set',
  start: async () => {
    const environment = (instance: number) => skewedClock(CLOCK_SKEWS_MS[instance]!);
    clock = await SettableClock.create();
    const postgres = { env: clock.environment };
    return Deployment.start({ instances: CLOCK_SKEWS_MS.length, environment, postgres });
  },
  faults: [...databaseClockFaults(() => clock), leavingEntries(firstSkewFault!), ...otherSkewFaults],
  more: (deployment) =>
    it(
      'use no cache entry older than the lifetime of an access token, even if Redis still has it',
      () => expectOldEntriesUnused(deployment(), entries),
      TIMEOUT_MS,
    ),
});
