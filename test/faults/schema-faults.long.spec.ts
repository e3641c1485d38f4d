import { Deployment } from './deployment/deployment.js';
import { describeFaults } from './fault-suite.js';
import { PROMISE_WITNESSES } from './faults/promise-witnesses.js';

/** What depends on where tables and functions are: reading the log, its replay, other histories, and the locks of large transactions. */
const SITUATIONS = [
  'normal operation',
  'Redis crashes, restarts, is flushed, is full, or comes back with an old snapshot',
  'PostgreSQL is down or frozen',
  'one transaction changes a million rows, or stays open for an hour',
  'a process is killed at any moment',
  'PostgreSQL fails over, crashes, or is restored from a backup',
];

describeFaults({
  title: 'three instances whose tables are in a schema of their own',
  start: () => Deployment.start({ instances: 3, schema: 'auth' }),
  faults: SITUATIONS.flatMap((situation) => PROMISE_WITNESSES[situation]!),
});
