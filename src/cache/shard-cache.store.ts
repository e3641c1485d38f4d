import { RedisCacheStore } from './redis-cache.store.js';
import type { RedisConnection, RedisLink } from './redis-connection.js';

/** The shard whose entries they are. */
interface Shard {
  readonly connection: RedisConnection;
  run<T>(send: (link: RedisLink) => Promise<T>): Promise<T>;
  delete(keys: readonly string[]): Promise<void>;
}

/** The entries of one shard. */
export class ShardCacheStore extends RedisCacheStore {
  constructor(private readonly shard: Shard) {
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
