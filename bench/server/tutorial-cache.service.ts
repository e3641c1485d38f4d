import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type Cache, createCache } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import { createClient } from 'redis';
import { AppConfig } from '../../src/config/app-config.js';

const PREFIX = 'tutorial:';

/** cache-manager on Redis, set up as its readme shows, with its own connection and key prefix. */
@Injectable()
export class TutorialCache implements OnModuleInit, OnApplicationShutdown {
  private readonly client: ReturnType<typeof createClient>;
  private readonly cache: Cache;
  private readonly ttlMs: number;

  constructor({ cache }: AppConfig) {
    this.client = createClient({ socket: cache.redis?.endpoints[0] });
    // Some cases stop Redis. The client then reconnects, and without a listener the error would end the process.
    this.client.on('error', () => undefined);
    this.cache = createCache(redisInsStore(this.client as unknown as Parameters<typeof redisInsStore>[0]));
    this.ttlMs = cache.ttlSeconds * 1000;
  }

  async onModuleInit(): Promise<void> {
    await this.client.connect();
  }

  onApplicationShutdown(): void {
    this.client.destroy();
  }

  get<T>(key: string): Promise<T | undefined> {
    return this.cache.get<T>(PREFIX + key);
  }

  set(key: string, value: unknown): Promise<void> {
    return this.cache.set(PREFIX + key, value, this.ttlMs);
  }
}
