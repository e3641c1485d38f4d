import { isAcknowledged, isRead } from './checker/history.js';
import { FailoverDeployment } from './deployment/failover-deployment.js';
import { failoverToStandby } from './faults/failover-fault.js';
import { FaultSuite, TIMEOUT_MS } from './fault-suite.js';

const suite = new FaultSuite();

describe(`two instances whose DATABASE_URL names two hosts, SEED=${suite.seed}`, () => {
  let deployment: FailoverDeployment;

  beforeAll(async () => {
    deployment = await FailoverDeployment.start();
  }, TIMEOUT_MS);

  afterAll(async () => {
    suite.publish();
    await deployment.stop();
  }, TIMEOUT_MS);

  it(
    'keep their promises, and find the new primary after a failover',
    async () => {
      const { operations, span } = await suite.expectPromisesKept(deployment, failoverToStandby, async () => {
        await deployment.stop();
        deployment = await FailoverDeployment.start();
        return deployment;
      });
      expect(operations.some(({ status }) => status === 503)).toBe(true);
      const changes = operations.filter((operation) => isAcknowledged(operation) && !isRead(operation));
      expect(changes.some(({ start }) => start > span.to)).toBe(true);
    },
    TIMEOUT_MS,
  );
});
