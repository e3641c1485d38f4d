import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { BlacklistService } from './blacklist.service.js';
import { CacheController } from './cache.controller.js';
import { CacheSampler } from './cache-sampler.js';
import { CACHE_STORE, type CacheStore } from './cache-store.js';
import { CacheTrust } from './cache-trust.js';
import { Following } from './following.js';
import { MemoryCacheStore } from './memory-cache.store.js';
import { RedisCacheStore } from './redis-cache.store.js';
import { RedisConnection } from './redis-connection.js';
import { TrustedCache } from './trusted-cache.js';
import { UserCacheService } from './user-cache.service.js';

/** The cache before PostgreSQL: on Redis, or in memory without `REDIS_URL`. */
@Global()
@Module({
  controllers: [CacheController],
  providers: [
    {
      provide: CacheTrust,
      inject: [AppConfig, Following],
      useFactory: ({ cache }: AppConfig, following: Following) =>
        new CacheTrust(cache.redis === undefined ? 'In-memory cache' : 'Redis', following),
    },
    {
      provide: RedisConnection,
      inject: [AppConfig, CacheTrust],
      useFactory: ({ cache }: AppConfig, trust: CacheTrust) =>
        cache.redis && new RedisConnection(cache.redis, cache.deadlineMs, trust),
    },
    {
      provide: CACHE_STORE,
      inject: [{ token: RedisConnection, optional: true }],
      useFactory: (connection?: RedisConnection): CacheStore =>
        connection === undefined ? new MemoryCacheStore() : new RedisCacheStore(connection),
    },
    Following,
    TrustedCache,
    BlacklistService,
    UserCacheService,
    CacheSampler,
  ],
  exports: [BlacklistService, UserCacheService, CacheTrust, Following, CacheSampler, RedisConnection],
})
export class CacheModule {}
