import { MemoryDeployment } from './deployment/memory-deployment.js';
import { describeFaults } from './fault-suite.js';
import { MEMORY_FAULTS } from './faults/memory-faults.js';

describeFaults({
  title: 'two instances without Redis',
  start: () => MemoryDeployment.start(),
  faults: MEMORY_FAULTS,
});
