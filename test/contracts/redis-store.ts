import { parseRedisUrl, type RedisTarget } from '../../src/config/redis-url.js';
import { Logger } from '@nestjs/common';
import { Readiness } from '../../src/redis/readiness.js';
import { Standing } from '../../src/standing/standing.js';
import { RedisCacheStore } from '../../src/cache/redis-cache.store.js';
import { RedisConnection } from '../../src/redis/redis-connection.js';
import { waitFor } from '../support/wait-for.js';

/** The application's own time limit for one answer of the cache. */
export const DEADLINE_MS = 100;

export interface ConnectedStoreOptions {
  /** What is done with each new connection before it is trusted. */
  replay?: () => Promise<void>;
  /** What is done with each heartbeat. */
  keep?: () => Promise<void>;
  deadlineMs?: number;
  /** What variables beside `REDIS_URL` give. */
  target?: Pick<RedisTarget, 'certificates' | 'sentinelLogin'>;
}

/** The Redis adapter with its connection, put together as the application does it. */
export class ConnectedStore {
  readonly standing = new Standing();
  readonly readiness = new Readiness('Redis');
  readonly connection: RedisConnection;
  readonly store: RedisCacheStore;
  /** How often the log would have been replayed. */
  replays = 0;

  /** Starts to connect. */
  constructor(
    url: string,
    { replay, keep = async () => {}, deadlineMs = DEADLINE_MS, target }: ConnectedStoreOptions = {},
  ) {
    Logger.overrideLogger(false);
    this.connection = new RedisConnection({ ...parseRedisUrl(url), ...target }, deadlineMs, this.readiness);
    this.store = new RedisCacheStore(this.connection);
    this.standing.followForEver('a history');
    const prepare = async () => {
      this.replays += 1;
      await replay?.();
    };
    void this.connection.start({ prepare, keep });
  }

  /** Resolves once the cache is trusted; throws when it is not within `timeoutMs`. */
  async trusted(timeoutMs = 5000): Promise<this> {
    const what = 'the cache to be trusted';
    await waitFor(() => this.readiness.isReady, { what, timeoutMs, intervalMs: 5 });
    return this;
  }

  async lost(): Promise<void> {
    await waitFor(() => !this.readiness.isReady, { what: 'the cache to be given up', intervalMs: 5 });
  }

  async close(): Promise<void> {
    await this.connection.stop();
  }
}
