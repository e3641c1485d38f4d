import type { Permit } from '../standing/permit.js';
import { withLeases } from './entry-keys.js';
import { RedisCacheStore } from './redis-cache.store.js';
import { readTime, type RedisClock } from '../redis/redis-clock.js';
import type { RedisConnection, RedisLink } from '../redis/redis-connection.js';

/** The shard whose entries they are. */
interface Shard {
  readonly connection: RedisConnection;
  readonly clock: RedisClock;
  run<T>(send: (link: RedisLink) => Promise<T>): Promise<T>;
  delete(keys: readonly string[]): Promise<void>;
}

/** The entries of one shard. */
export class ShardCacheStore extends RedisCacheStore {
  private timeOfTurn: Promise<number> | undefined;

  constructor(private readonly shard: Shard) {
    super(shard.connection);
  }

  /**
   * Keys of several slots share no command; node-redis sends those of one turn in one write. What was read counts only if this instance had
   * read the log shortly before, by the clock of the server.
   */
  override get(key: string, permit: Permit): Promise<unknown> {
    return this.shard.run(async (link) => {
      const [value, ms] = await Promise.all([link.cache.store.get(key), this.time(link)]);
      const isFresh = !permit.isLimited || this.shard.clock.accepts({ ms, epoch: link.epoch });
      return isFresh ? value : undefined;
    });
  }

  override async delete(keys: readonly string[]): Promise<void> {
    await this.shard.delete(withLeases(keys));
  }

  /** Read once for all that begins in one turn of the event loop. */
  private time({ client }: RedisLink): Promise<number> {
    if (this.timeOfTurn === undefined) setImmediate(() => (this.timeOfTurn = undefined));
    return (this.timeOfTurn ??= readTime((command) => client.sendCommand(command)));
  }
}
