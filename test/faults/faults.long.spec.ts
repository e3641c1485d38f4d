import { InjectionSequence } from './faults/injection-sequence.js';
import { CONNECTION_FAULTS } from './faults/connection-faults.js';
import { DATABASE_LINK_FAULTS } from './faults/database-link-faults.js';
import { Deployment } from './deployment/deployment.js';
import { tokensExpire } from './faults/expiry-faults.js';
import { publish } from './fault-report.js';
import { FaultSuite, TIMEOUT_MS } from './fault-suite.js';
import { INSTANCE_FAULTS } from './faults/instance-faults.js';
import { NETWORK_FAULTS } from './faults/network-faults.js';
import { POSTGRES_FAULTS } from './faults/postgres-faults.js';
import { REDIS_FAULTS } from './faults/redis-faults.js';
import { REFUSED_WRITE_FAULTS } from './faults/refused-write-faults.js';
import type { Fault } from './run-fault.js';
import { SentinelDeployment, stalledFailover } from './deployment/sentinel-deployment.js';
import { STALL_FAULTS } from './faults/stall-faults.js';

const soakMs = Number(process.env['SOAK_SECONDS'] ?? 20) * 1000;
const suite = new FaultSuite();
const { seed } = suite;

afterAll(() => suite.publish());

describe(`three instances, SEED=${seed}`, () => {
  let deployment: Deployment;

  beforeAll(async () => {
    // Cache entries live for a minute, so that some expire; a refresh is repeated later than its grace.
    const environment = () => ({ ACCESS_TOKEN_EXPIRE_MINUTES: '1', REFRESH_GRACE_SECONDS: '1' });
    deployment = await Deployment.start({ instances: 3, environment });
  }, TIMEOUT_MS);

  const repaired = async () => {
    await deployment.repair();
    return deployment;
  };
  afterEach(repaired, TIMEOUT_MS);

  afterAll(() => deployment.stop(), TIMEOUT_MS);

  it.each([
    tokensExpire,
    ...REDIS_FAULTS,
    ...REFUSED_WRITE_FAULTS,
    ...NETWORK_FAULTS,
    ...INSTANCE_FAULTS,
    ...POSTGRES_FAULTS,
    ...CONNECTION_FAULTS,
    ...DATABASE_LINK_FAULTS,
    ...STALL_FAULTS,
  ])(
    'keep their promises: $name',
    async (fault: Fault<Deployment>) => {
      await suite.expectPromisesKept(deployment, fault, repaired);
    },
    TIMEOUT_MS,
  );

  it(
    'keep their promises during a random sequence of faults',
    async () => {
      const sequence = new InjectionSequence(seed);
      const run: Fault<Deployment>['run'] = (context) => sequence.run(context, soakMs);
      try {
        const fault = { name: `random sequence of ${soakMs / 1000} s`, run };
        await suite.expectPromisesKept(deployment, fault, repaired);
      } finally {
        publish(`SEED=${seed} injected ${sequence.done.join(', then ')}`);
      }
    },
    TIMEOUT_MS + 6 * soakMs,
  );
});

describe(`two instances that ask Sentinels, SEED=${seed}`, () => {
  let deployment: SentinelDeployment;

  beforeAll(async () => {
    deployment = await SentinelDeployment.start();
  }, TIMEOUT_MS);

  afterAll(() => deployment.stop(), TIMEOUT_MS);

  it(
    `keep their promises: ${stalledFailover.name}`,
    async () => {
      await suite.expectPromisesKept(deployment, stalledFailover, async () => {
        await deployment.stop();
        deployment = await SentinelDeployment.start();
        return deployment;
      });
    },
    TIMEOUT_MS,
  );
});
