import { Logger } from '@nestjs/common';
import { Readiness } from '../../src/redis/readiness.js';
import { Standing } from '../../src/standing/standing.js';
import { RedisCluster } from '../../src/redis/cluster/redis-cluster.js';
import { RedisClusterStore } from '../../src/cache/redis-cluster.store.js';
import type { RedisShard } from '../../src/redis/redis-servers.js';
import { parseRedisUrl, type RedisTarget } from '../../src/config/redis-url.js';
import { waitFor } from '../support/wait-for.js';

const PATIENCE_MS = 30_000;

export interface ConnectedClusterOptions {
  /** What is done with each new connection to a shard before it is trusted. */
  prepare?: (shard: RedisShard) => Promise<void>;
  deadlineMs?: number;
  /** For TLS: what variables beside `REDIS_URL` give. */
  certificates?: RedisTarget['certificates'];
}

/** The cluster adapter with its connections, put together as the application does it. */
export class ConnectedCluster {
  readonly standing = new Standing();
  readonly readiness = new Readiness('Redis Cluster');
  /** How often an entry may have stayed where it cannot be deleted. */
  outdated = 0;
  readonly cluster: RedisCluster;
  readonly store: RedisClusterStore;

  /** Starts to connect. */
  constructor(
    url: string,
    { prepare = () => Promise.resolve(), deadlineMs = 5000, certificates }: ConnectedClusterOptions = {},
  ) {
    Logger.overrideLogger(false);
    this.standing.followForEver('a history');
    const target = { ...parseRedisUrl(url), certificates };
    this.cluster = new RedisCluster(target, deadlineMs, this.readiness);
    this.store = new RedisClusterStore(this.cluster);
    void this.cluster.start({ prepare, keep: () => Promise.resolve(), outdate: () => (this.outdated += 1) });
  }

  /** Resolves once every slot is read. */
  async complete(): Promise<this> {
    await waitFor(() => this.readiness.isReady && this.readiness.reason === '', {
      what: 'every shard to be trusted',
      timeoutMs: PATIENCE_MS,
      intervalMs: 5,
    });
    return this;
  }

  async close(): Promise<void> {
    await this.cluster.stop();
  }
}
