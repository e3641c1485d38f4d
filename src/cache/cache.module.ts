import {
  Global,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { BlacklistService } from './blacklist.service.js';
import { CacheController } from './cache.controller.js';
import { CacheInvalidationService } from './cache-invalidation.service.js';
import { CacheSampler } from './cache-sampler.js';
import { CACHE_STORE, type CacheStore } from './cache-store.js';
import { CacheTrust } from './cache-trust.js';
import { InvalidationFeed } from './invalidation.js';
import { InvalidationFollower } from './invalidation-follower.js';
import { InvalidationMetrics } from './invalidation-metrics.js';
import { MemoryCacheStore } from './memory-cache.store.js';
import { RedisCacheStore } from './redis-cache.store.js';
import { RedisConnection } from './redis-connection.js';
import { RefreshNotifier } from './refresh-notifier.js';
import { SoleInstanceClaim } from './sole-instance-claim.js';
import { UserCacheService } from './user-cache.service.js';

/** The cache before PostgreSQL, and what keeps it honest. */
@Global()
@Module({
  controllers: [CacheController],
  providers: [
    {
      provide: CacheTrust,
      inject: [AppConfig],
      useFactory: ({ cache }: AppConfig) =>
        new CacheTrust(cache.redis === undefined ? 'In-memory cache' : 'Redis'),
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
    InvalidationFeed,
    BlacklistService,
    UserCacheService,
    CacheInvalidationService,
    SoleInstanceClaim,
    InvalidationFollower,
    CacheSampler,
    RefreshNotifier,
    InvalidationMetrics,
  ],
  exports: [
    CACHE_STORE,
    CacheTrust,
    InvalidationFeed,
    InvalidationFollower,
    BlacklistService,
    UserCacheService,
    CacheInvalidationService,
    CacheSampler,
    RefreshNotifier,
  ],
})
export class CacheModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly trust: CacheTrust,
    private readonly follower: InvalidationFollower,
    private readonly invalidation: CacheInvalidationService,
    @Optional() @Inject(RedisConnection) private readonly redis: RedisConnection | undefined,
  ) {}

  /** The follower comes first: a change between the replay and the first page of the log would otherwise be missed. */
  async onModuleInit(): Promise<void> {
    if (!this.database.isEmbedded) await this.follower.start();
    else if (this.redis === undefined) this.trust.change('trusted');
    await this.redis?.start(() => this.invalidation.replay());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.redis?.stop();
  }
}
