import { Deployment } from './deployment/deployment.js';
import { describeFaults } from './fault-suite.js';
import { BULK_FAULTS, insertBulk } from './faults/bulk-faults.js';

/** A checkpoint in the middle of a large write would measure the disk. */
const LARGE_WAL = ['-c', 'max_wal_size=4GB', '-c', 'checkpoint_timeout=30min'];

describeFaults({
  title: 'two instances during bulk changes',
  start: async () => {
    const deployment = await Deployment.start({ instances: 2, postgres: { args: LARGE_WAL } });
    await insertBulk(deployment);
    return deployment;
  },
  faults: BULK_FAULTS,
});
