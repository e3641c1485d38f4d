import { ignoreOutage } from './cache-unavailable.error.js';
import { ACCEPTANCE_MS } from '../common/acceptance.js';
import { deleteKeys } from './delete-keys.js';
import type { ServerTime } from './redis-clock.js';
import type { RedisClient, RedisConnection, RedisLink } from './redis-connection.js';

/** A master with its part of the cache: the single server with all of it, or a shard of a cluster. */
export interface RedisShard {
  /**
   * Sends a command about a key that each shard has of its own, such as the name of the history.
   * @throws CacheUnavailableError
   */
  runOwn<T>(name: string, send: (client: RedisClient, key: string) => Promise<T>): Promise<T>;

  /** The time of the server. @throws CacheUnavailableError */
  time(): Promise<ServerTime>;

  /** Every change that was committed before this time of the server has been applied. */
  applied(time: ServerTime): void;

  /** Deletes those of the keys that belong to the shard. @throws CacheUnavailableError */
  delete(keys: readonly string[]): Promise<void>;
}

export interface RedisHooks {
  /** Brings the shard up to date on a new connection; the shard is trusted once this resolves. */
  prepare(shard: RedisShard): Promise<void>;
  /** Checks with each heartbeat whether a trusted shard may stay so; a rejection ends its connection. */
  keep(shard: RedisShard): Promise<void>;
  /** A key may have stayed where it cannot be deleted: no entry that was read by now may be accepted any more. */
  outdate(): void;
}

/** The Redis that `REDIS_URL` names: one master, or the masters of a cluster. */
export abstract class RedisServers {
  /** The masters that are known now. */
  abstract readonly shards: readonly RedisShard[];

  /** A name that no other server has, or cluster of servers; `undefined` while none is connected. */
  abstract readonly storeId: string | undefined;

  /** Resolves when the first attempt to connect to each has succeeded or failed; either way the attempts go on. */
  abstract start(hooks: RedisHooks): Promise<void>;

  abstract stop(): Promise<void>;

  /** Gives every connection up, so that the log is replayed before the cache is trusted again. */
  abstract drop(reason: string): void;

  /**
   * Reads the time of each server, before the log is read.
   * @returns to be called when the log was read and applied
   */
  async beforeReadOfLog(): Promise<() => void> {
    const { shards } = this;
    const times = await Promise.allSettled(shards.map((shard) => shard.time()));
    return () =>
      times.forEach((time, index) => {
        if (time.status === 'fulfilled') shards[index]?.applied(time.value);
      });
  }

  /** Sends a command about a key to the master that has it. @throws CacheUnavailableError */
  abstract runFor<T>(key: string, send: (link: RedisLink) => Promise<T>): Promise<T>;
}

/** One Redis, or the one that Sentinels name: it has every key. */
export class SingleRedis extends RedisServers implements RedisShard {
  readonly shards = [this];
  constructor(readonly connection: RedisConnection) {
    super();
  }

  get storeId(): string | undefined {
    return this.connection.serverId;
  }

  start(hooks: RedisHooks): Promise<void> {
    return this.connection.start({ prepare: () => hooks.prepare(this), keep: () => hooks.keep(this) });
  }

  stop(): Promise<void> {
    return this.connection.stop();
  }

  drop(reason: string): void {
    this.connection.drop(reason);
  }

  runFor<T>(_key: string, send: (link: RedisLink) => Promise<T>): Promise<T> {
    return this.connection.run(send);
  }

  runOwn<T>(name: string, send: (client: RedisClient, key: string) => Promise<T>): Promise<T> {
    return this.connection.run(({ client }) => send(client, name));
  }

  time(): Promise<ServerTime> {
    return this.connection.time();
  }

  /** The permit is read with the entries, by one command. It ends by the clock of the server. */
  applied({ ms, epoch }: ServerTime): void {
    const { permitKey } = this.connection;
    const end = Math.floor(ms) + ACCEPTANCE_MS;
    this.connection
      .run(async (link) => link.epoch === epoch && (await link.client.set(permitKey, '1', { PXAT: end })))
      .catch(ignoreOutage);
  }

  delete(keys: readonly string[]): Promise<void> {
    return deleteKeys(this.connection, keys);
  }
}
