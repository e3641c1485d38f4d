import { Deployment } from './deployment/deployment.js';
import { LATE_FLUSH } from './deployment/late-flush.js';
import { describeFaults } from './fault-suite.js';
import { slowPostgres } from './faults/slow-postgres-faults.js';
import { LOST_CHANGE_FAULTS } from './faults/lost-change-faults.js';
import { laterTimeline, MISDIRECTION_FAULTS } from './faults/misdirection-faults.js';
import { forgottenConnections } from './faults/forgotten-connections-fault.js';
import { reusedTransactionIds } from './faults/reused-xid-fault.js';

describeFaults({
  title: 'three instances with several PostgreSQL servers',
  start: () => Deployment.start({ instances: 3, postgres: { args: LATE_FLUSH } }),
  faults: [
    slowPostgres,
    forgottenConnections,
    reusedTransactionIds,
    ...MISDIRECTION_FAULTS,
    ...LOST_CHANGE_FAULTS,
    laterTimeline,
  ],
});
