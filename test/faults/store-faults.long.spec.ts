import { Deployment } from './deployment/deployment.js';
import { describeFaults } from './fault-suite.js';
import { STORE_FAULTS } from './faults/store-faults.js';

describeFaults({
  title: 'two instances whose stores change',
  start: () => Deployment.start({ instances: 2 }),
  faults: STORE_FAULTS,
});
