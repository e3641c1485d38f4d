import { SHARED_ENVIRONMENT } from '../faults/deployment/deployment.js';
import { allRecovered, Instance } from '../faults/deployment/instance.js';
import { PATIENT } from '../support/app/patient.js';
import { AppProcess } from '../support/app/app-process.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { RedisClusterServers } from '../support/redis/redis-cluster.js';

const INSTANCES = 2;

/** Instances that use a Redis Cluster. */
export class ClusterDeployment {
  private constructor(
    readonly cluster: RedisClusterServers,
    readonly database: TestDatabase,
    readonly instances: readonly Instance[],
  ) {}

  static async start(): Promise<ClusterDeployment> {
    const [cluster, database] = await Promise.all([RedisClusterServers.start(), createTestDatabase()]);
    const env = { ...SHARED_ENVIRONMENT, ...PATIENT, DATABASE_URL: database.url, REDIS_URL: cluster.url };
    const apps = await Promise.all(Array.from({ length: INSTANCES }, () => AppProcess.start({ env })));
    const instances = apps.map((app, number) => new Instance(number, app));
    await allRecovered(instances);
    return new ClusterDeployment(cluster, database, instances);
  }

  recovered(): Promise<void> {
    return allRecovered(this.instances);
  }

  /** Ends what a fault that failed half-way may have left. */
  async repair(): Promise<void> {
    for (const node of this.cluster.nodes) node.thaw();
    for (const { app } of this.instances) app.thaw();
    await Promise.resolve();
  }

  async stop(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await Promise.all([this.cluster.stop(), this.database.drop()]);
  }
}
