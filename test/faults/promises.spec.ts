import { skewedClock } from '../support/process/clock-skew.js';
import { Deployment } from './deployment/deployment.js';
import { LATE_FLUSH } from './deployment/late-flush.js';
import { describeFaults } from './fault-suite.js';
import { PROMISE_WITNESSES } from './faults/promise-witnesses.js';
import { CLOCK_SKEWS_MS } from './faults/skew-faults.js';

/** All faults run in the `*.long.spec.ts` beside this file. */
describeFaults({
  title: 'three instances whose clocks and token lifetimes differ',
  start: () =>
    Deployment.start({
      instances: CLOCK_SKEWS_MS.length,
      postgres: { args: LATE_FLUSH },
      environment: (instance) => ({
        ...skewedClock(CLOCK_SKEWS_MS[instance]!),
        ACCESS_TOKEN_EXPIRE_MINUTES: String(5 + instance),
      }),
    }),
  faults: Object.values(PROMISE_WITNESSES).flat(),
});
