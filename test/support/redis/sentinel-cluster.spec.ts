import { SentinelCluster } from './sentinel-cluster.js';
import { withRedis } from './redis-connection.js';

describe('SentinelCluster', () => {
  let cluster: SentinelCluster;

  beforeEach(async () => {
    cluster = await SentinelCluster.start();
  });

  afterEach(() => cluster.stop());

  it('promotes the replica, with what was replicated, when the master crashes', async () => {
    const url = await cluster.masterUrl();
    await withRedis(url, (redis) => redis.send('SET', 'key', 'value'));
    await cluster.replicated();
    await cluster.crashMaster();
    await expect(cluster.masterUrl()).resolves.toBe(cluster.replica.url);
    await expect(cluster.replica.cli('GET', 'key')).resolves.toBe('value');
  });

  it('loses what the master took while replication was stalled', async () => {
    const url = await cluster.masterUrl();
    await withRedis(url, (redis) => redis.send('SET', 'before', '1'));
    await cluster.replicated();
    await cluster.stallReplication();
    await expect(withRedis(url, (redis) => redis.send('SET', 'after', '1'))).resolves.toBe('OK');
    await cluster.failover();
    await expect(cluster.replica.cli('MGET', 'before', 'after')).resolves.toEqual(['1', null]);
  });
});
