import { itKeepsTheCacheStoreContract } from '../contracts/cache-store.contract.js';
import { RedisClusterServers } from '../support/redis/redis-cluster.js';
import { ConnectedCluster } from './connected-cluster.js';

describe('RedisClusterStore', () => {
  itKeepsTheCacheStoreContract(async () => {
    const servers = await RedisClusterServers.start();
    const connected = await new ConnectedCluster(servers.url).complete();
    return {
      store: connected.store,
      empty: () => servers.flush(),
      close: async () => {
        await connected.close();
        await servers.stop();
      },
    };
  });
});
