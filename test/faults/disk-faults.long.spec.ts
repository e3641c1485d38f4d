import { SmallFileSystem } from '../support/files/small-file-system.js';
import { Deployment } from './deployment/deployment.js';
import { fullPostgresDisk, fullRedisDisk } from './faults/disk-faults.js';
import { expectWholeChanges } from './faults/whole-changes.js';
import { FaultSuite, TIMEOUT_MS } from './fault-suite.js';

const suite = new FaultSuite();
const DISK_MEGABYTES = { postgres: 160, redis: 8 };
const SMALL_WAL = ['-c', 'min_wal_size=32MB', '-c', 'max_wal_size=48MB'];
const APPEND_ONLY = ['--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];

describe(`two instances whose services have small disks, SEED=${suite.seed}`, () => {
  let deployment: Deployment;
  let disks: { postgres: SmallFileSystem; redis: SmallFileSystem };

  beforeAll(async () => {
    disks = {
      postgres: await SmallFileSystem.mount('postgres-disk', DISK_MEGABYTES.postgres),
      redis: await SmallFileSystem.mount('redis-disk', DISK_MEGABYTES.redis),
    };
    deployment = await Deployment.start({
      instances: 2,
      postgres: { dir: disks.postgres.dir, args: SMALL_WAL },
      redis: { dir: disks.redis.dir, args: APPEND_ONLY },
    });
  }, TIMEOUT_MS);

  afterAll(async () => {
    suite.publish();
    await deployment.stop();
    await Promise.all([disks.postgres.unmount(), disks.redis.unmount()]);
  }, TIMEOUT_MS);

  it(
    'keep their promises: the disk of Redis is full',
    async () => {
      await suite.expectPromisesKept(deployment, fullRedisDisk(disks.redis));
    },
    TIMEOUT_MS,
  );

  it(
    'keep their promises: the disk of PostgreSQL is full',
    async () => {
      const { operations } = await suite.expectPromisesKept(deployment, fullPostgresDisk(disks.postgres));
      expect(operations.some(({ status }) => status === 503)).toBe(true);
      await expectWholeChanges(deployment.database.url);
    },
    TIMEOUT_MS,
  );
});
