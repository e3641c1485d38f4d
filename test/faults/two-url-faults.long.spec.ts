import { PooledDeployment } from './deployment/pooled-deployment.js';
import { describeFaults } from './fault-suite.js';
import { TWO_URL_FAULTS } from './faults/two-url-faults.js';

describeFaults({
  title: 'two instances behind PgBouncer, with DATABASE_DIRECT_URL',
  start: () => PooledDeployment.start(),
  faults: TWO_URL_FAULTS,
});
