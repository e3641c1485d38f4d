import { PATIENT } from '../../support/app/patient.js';
import { AppProcess } from '../../support/app/app-process.js';
import { SentinelCluster } from '../../support/redis/sentinel-cluster.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/test-database.js';
import type { Fault } from '../run-fault.js';
import { SHARED_ENVIRONMENT } from './deployment.js';
import { allRecovered, Instance } from './instance.js';

const INSTANCES = 2;

/** Instances that ask Sentinels for their Redis. */
export class SentinelDeployment {
  private constructor(
    readonly cluster: SentinelCluster,
    readonly database: TestDatabase,
    readonly instances: readonly Instance[],
  ) {}

  static async start(): Promise<SentinelDeployment> {
    const [cluster, database] = await Promise.all([SentinelCluster.start(), createTestDatabase()]);
    const hosts = cluster.sentinels.map(({ host, port }) => `${host}:${port}`).join(',');
    const env = {
      ...SHARED_ENVIRONMENT,
      ...PATIENT,
      DATABASE_URL: database.url,
      REDIS_URL: `redis+sentinel://${hosts}/${cluster.masterName}`,
    };
    const apps = await Promise.all(Array.from({ length: INSTANCES }, () => AppProcess.start({ env })));
    return new SentinelDeployment(
      cluster,
      database,
      apps.map((app, number) => new Instance(number, app)),
    );
  }

  recovered(): Promise<void> {
    return allRecovered(this.instances);
  }

  async stop(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await Promise.all([this.cluster.stop(), this.database.drop()]);
  }
}

/** The promoted replica lacks the deletions that the lost master had applied. */
export const stalledFailover: Fault<SentinelDeployment> = {
  name: 'Sentinel failover, replication stalled',
  run: async ({ deployment, load, client, newSessions }) => {
    const { cluster, instances } = deployment;
    const sessions = await newSessions(10);
    await client.warm(instances[0]!, sessions, cluster.master);
    await cluster.replicated();
    await cluster.stallReplication();
    for (const [index, session] of sessions.entries())
      await client.logout(instances[index % instances.length]!, session);
    await load.continueFor(500);
    for (const { user, id } of sessions)
      expect(String(await cluster.replica.cli('GET', `user:${user.id}`))).toContain(id);
    await cluster.crashMaster();
    const endedAt = performance.now();
    await client.presentUntil(deployment.recovered(), instances, sessions);
    return endedAt;
  },
};
