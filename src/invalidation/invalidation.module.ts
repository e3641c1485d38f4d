import {
  Global,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { RedisServers } from '../cache/redis-servers.js';
import { Database } from '../database/database.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';
import { CacheInvalidationService } from './cache-invalidation.service.js';
import { ChangeFeed } from './change-feed.js';
import { ChangePublisher, ChangeSource } from './change-publisher.js';
import { DatabaseReach } from './database-reach.js';
import { EmbeddedChanges } from './embedded-changes.js';
import { HistoryClaim } from './history-claim.js';
import { InstanceStores } from './instance-stores.js';
import { InvalidationFollower } from './invalidation-follower.js';
import { InvalidationMetrics } from './invalidation-metrics.js';
import { LogArchive } from './log-archive.service.js';
import { LogNotifier } from './log-notifier.js';
import { LogRetentionService } from './log-retention.service.js';
import { RecentLog } from './recent-log.js';

/** Brings every committed change to the cache of each instance. The start mode is chosen here and nowhere else. */
@Global()
@Module({
  providers: [
    ChangeFeed,
    LogArchive,
    RecentLog,
    HistoryClaim,
    InstanceStores,
    InvalidationFollower,
    InvalidationMetrics,
    CacheInvalidationService,
    EmbeddedChanges,
    DatabaseReach,
    {
      provide: ChangePublisher,
      inject: [Database, EmbeddedChanges, getDataSourceToken()],
      useFactory: (database: Database, embedded: EmbeddedChanges, dataSource: DataSource): ChangePublisher =>
        database.isEmbedded ? embedded : new LogNotifier(dataSource),
    },
    {
      provide: ChangeSource,
      inject: [Database, EmbeddedChanges, InvalidationFollower],
      useFactory: (
        database: Database,
        embedded: EmbeddedChanges,
        follower: InvalidationFollower,
      ): ChangeSource => (database.isEmbedded ? embedded : follower),
    },
    {
      provide: LogRetentionService,
      inject: [Database, CacheInvalidationService, MaintenanceConnection, getDataSourceToken()],
      useFactory: (
        database: Database,
        invalidation: CacheInvalidationService,
        maintenance: MaintenanceConnection,
        dataSource: DataSource,
      ) => (database.isEmbedded ? undefined : new LogRetentionService(invalidation, maintenance, dataSource)),
    },
  ],
  exports: [LogArchive, RecentLog, ChangeFeed, ChangePublisher, CacheInvalidationService],
})
export class InvalidationModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly changes: ChangeSource,
    private readonly invalidation: CacheInvalidationService,
    @Optional() @Inject(RedisServers) private readonly redis: RedisServers | undefined,
  ) {}

  /** Changes come first: a change between the replay on Redis and the first page of the log would otherwise be missed. */
  async onModuleInit(): Promise<void> {
    await this.changes.start();
    await this.redis?.start({
      prepare: (shard) => this.invalidation.prepareRedis(shard),
      keep: (shard) => this.invalidation.keepRedis(shard),
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.redis?.stop();
  }
}
