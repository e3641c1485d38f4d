import { Global, Module } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { RedisTarget } from '../config/redis-url.js';
import { DatabaseClock } from '../database/database-clock.js';
import { BlacklistService } from './blacklist.service.js';
import { CacheController } from './cache.controller.js';
import { CacheSampler } from './cache-sampler.js';
import { CACHE_STORE, type CacheStore } from './cache-store.js';
import { CacheTrust } from './cache-trust.js';
import { Following } from './following.js';
import { MemoryCacheStore } from './memory-cache.store.js';
import { RedisCacheStore } from './redis-cache.store.js';
import { RedisCluster } from './redis-cluster.js';
import { RedisClusterStore } from './redis-cluster.store.js';
import { RedisConnection } from './redis-connection.js';
import { RedisServers, SingleRedis } from './redis-servers.js';
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
        new CacheTrust(nameOf(cache.redis), following),
    },
    {
      provide: RedisServers,
      inject: [AppConfig, CacheTrust, Following, DatabaseClock],
      useFactory: ({ cache }: AppConfig, trust: CacheTrust, following: Following, clock: DatabaseClock) =>
        cache.redis && connectTo(cache.redis, cache.deadlineMs, trust, following, clock),
    },
    {
      provide: CACHE_STORE,
      inject: [{ token: RedisServers, optional: true }],
      useFactory: (servers?: RedisServers) => storeOn(servers),
    },
    Following,
    TrustedCache,
    BlacklistService,
    UserCacheService,
    CacheSampler,
  ],
  exports: [BlacklistService, UserCacheService, CacheTrust, Following, CacheSampler, RedisServers],
})
export class CacheModule {}

function nameOf(target: RedisTarget | undefined): string {
  if (target === undefined) return 'In-memory cache';
  return target.isCluster ? 'Redis Cluster' : 'Redis';
}

function connectTo(
  target: RedisTarget,
  deadlineMs: number,
  trust: CacheTrust,
  following: Following,
  clock: DatabaseClock,
) {
  if (target.isCluster) return new RedisCluster(target, deadlineMs, trust, following, clock);
  return new SingleRedis(new RedisConnection(target, deadlineMs, trust));
}

function storeOn(servers: RedisServers | undefined): CacheStore {
  if (servers instanceof RedisCluster) return new RedisClusterStore(servers);
  return servers instanceof SingleRedis ? new RedisCacheStore(servers.connection) : new MemoryCacheStore();
}
