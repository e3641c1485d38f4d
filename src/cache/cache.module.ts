import { Global, Module } from '@nestjs/common';
import { RedisCluster } from '../redis/cluster/redis-cluster.js';
import { RedisModule } from '../redis/redis.module.js';
import { RedisServers, SingleRedis } from '../redis/redis-servers.js';
import { BlacklistService } from './blacklist.service.js';
import { CacheController } from './cache.controller.js';
import { CacheSampler } from './cache-sampler.js';
import { CacheStatus } from './cache-status.js';
import { CACHE_STORE, type CacheStore } from './cache-store.js';
import { MemoryCacheStore } from './memory-cache.store.js';
import { RedisCacheStore } from './redis-cache.store.js';
import { RedisClusterStore } from './redis-cluster.store.js';
import { TrustedCache } from './trusted-cache.js';
import { UserCacheService } from './user-cache.service.js';

/** The cache before PostgreSQL: on Redis, or in memory without `REDIS_URL`. */
@Global()
@Module({
  imports: [RedisModule],
  controllers: [CacheController],
  providers: [
    {
      provide: CACHE_STORE,
      inject: [{ token: RedisServers, optional: true }],
      useFactory: (servers?: RedisServers) => storeOn(servers),
    },
    TrustedCache,
    BlacklistService,
    UserCacheService,
    CacheSampler,
    CacheStatus,
  ],
  exports: [BlacklistService, UserCacheService, CacheSampler, CacheStatus],
})
export class CacheModule {}

function storeOn(servers: RedisServers | undefined): CacheStore {
  if (servers instanceof RedisCluster) return new RedisClusterStore(servers);
  return servers instanceof SingleRedis ? new RedisCacheStore(servers.connection) : new MemoryCacheStore();
}
