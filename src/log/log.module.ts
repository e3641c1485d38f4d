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
import { RedisServers } from '../redis/redis-servers.js';
import { Database } from '../database/database.js';
import { MaintenanceConnection } from '../database/maintenance-connection.js';
import { EvictionService } from './eviction.service.js';
import { ReplayService } from './replay.service.js';
import { ChangeFeed } from './change-feed.js';
import { ChangePublisher, ChangeSource } from './change-publisher.js';
import { DatabaseReach } from './database-reach.js';
import { EmbeddedChanges } from './embedded-changes.js';
import { HistoryClaim } from './history-claim.js';
import { InstanceStores } from './instance-stores.js';
import { InvalidationFollower } from './invalidation-follower.js';
import { InvalidationMetrics } from './invalidation-metrics.js';
import { LogNotifier } from './log-notifier.js';
import { LogPages } from './log-pages.js';
import { LogRetentionService } from './log-retention.service.js';

/** Brings every committed change to the cache of each instance. The start mode is chosen here and nowhere else. */
@Global()
@Module({
  providers: [
    ChangeFeed,
    LogPages,
    HistoryClaim,
    InstanceStores,
    InvalidationFollower,
    InvalidationMetrics,
    EvictionService,
    ReplayService,
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
      inject: [Database, ReplayService, MaintenanceConnection, getDataSourceToken()],
      useFactory: (
        database: Database,
        replay: ReplayService,
        maintenance: MaintenanceConnection,
        dataSource: DataSource,
      ) => (database.isEmbedded ? undefined : new LogRetentionService(replay, maintenance, dataSource)),
    },
  ],
  exports: [ChangeFeed, LogPages, ChangePublisher, EvictionService, ReplayService],
})
export class LogModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly changes: ChangeSource,
    private readonly replay: ReplayService,
    @Optional() @Inject(RedisServers) private readonly redis: RedisServers | undefined,
  ) {}

  /** Changes come first: a change between the replay on Redis and the first page of the log would otherwise be missed. */
  async onModuleInit(): Promise<void> {
    await this.changes.start();
    await this.redis?.start({
      prepare: (shard) => this.replay.prepareRedis(shard),
      keep: (shard) => this.replay.keepRedis(shard),
      outdate: () => this.replay.outdateEntries(),
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.redis?.stop();
  }
}
