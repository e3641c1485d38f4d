import { skewedClock } from '../support/process/clock-skew.js';
import { Deployment } from './deployment/deployment.js';
import { describeFaults, TIMEOUT_MS } from './fault-suite.js';
import { expectOldEntriesUnused, leaveEntries, type OldEntries } from './faults/old-entries.js';
import { CLOCK_SKEWS_MS, SKEW_FAULTS } from './faults/skew-faults.js';

let entries: OldEntries;

describeFaults({
  title: 'three instances whose clocks are 3 min apart',
  start: async () => {
    const environment = (instance: number) => skewedClock(CLOCK_SKEWS_MS[instance]!);
    const deployment = await Deployment.start({ instances: CLOCK_SKEWS_MS.length, environment });
    entries = await leaveEntries(deployment);
    return deployment;
  },
  faults: SKEW_FAULTS,
  more: (deployment) =>
    it(
      'use no cache entry older than the lifetime of an access token, even if Redis still has it',
      () => expectOldEntriesUnused(deployment(), entries),
      TIMEOUT_MS,
    ),
});
