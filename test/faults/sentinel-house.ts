import { AppProcess } from '../support/app-process.js';
import { SentinelCluster } from '../support/sentinel-cluster.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import type { Fault } from './drill.js';
import { SHARED_ENVIRONMENT } from './house.js';
import { allRecovered, Instance } from './instance.js';

const INSTANCES = 2;

/** Instances that ask Sentinels for their Redis. */
export class SentinelHouse {
  private constructor(
    readonly cluster: SentinelCluster,
    readonly database: TestDatabase,
    readonly instances: readonly Instance[],
  ) {}

  static async start(): Promise<SentinelHouse> {
    const [cluster, database] = await Promise.all([SentinelCluster.start(), createTestDatabase()]);
    const hosts = cluster.sentinels.map(({ host, port }) => `${host}:${port}`).join(',');
    const env = {
      ...SHARED_ENVIRONMENT,
      DATABASE_URL: database.url,
      REDIS_URL: `redis+sentinel://${hosts}/${cluster.masterName}`,
    };
    const apps = await Promise.all(Array.from({ length: INSTANCES }, () => AppProcess.start({ env })));
    return new SentinelHouse(
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

/** The master that is lost has what the promoted replica never heard of: that sessions have ended. */
export const stalledFailover: Fault<SentinelHouse> = {
  name: 'Sentinel failover, replication stalled',
  play: async ({ house, load, client, witnesses }) => {
    const { cluster, instances } = house;
    const sessions = await witnesses(10);
    await client.warm(instances[0]!, sessions, cluster.master);
    await cluster.replicated();
    await cluster.stallReplication();
    for (const [index, session] of sessions.entries())
      await client.logout(instances[index % instances.length]!, session);
    await load.lasts(500);
    for (const { user, id } of sessions)
      expect(String(await cluster.replica.cli('GET', `user:${user.id}`))).toContain(id);
    await cluster.crashMaster();
    const mended = performance.now();
    await client.presentUntil(house.recovered(), instances, sessions);
    return mended;
  },
};
