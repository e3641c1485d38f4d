import { RedisCacheStore } from './redis-cache.store.js';
import type { RedisClusterShard } from './redis-cluster-shard.js';

/** The entries of one shard. */
export class ShardCacheStore extends RedisCacheStore {
  constructor(private readonly shard: RedisClusterShard) {
    super(shard.connection);
  }

  /** Keys of several slots share no command; node-redis sends those of one turn in one write. */
  override get(key: string): Promise<unknown> {
    return this.shard.run((link) => this.accepted(link, link.cache.store.get(key), undefined));
  }

  override async invalidate(keys: readonly string[]): Promise<void> {
    await this.shard.delete(keys);
  }
}
