import { Global, Module } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { BoundedClient } from './bounded-client.js';
import { connectionOptions } from './connection-options.js';
import { Database } from './database.js';
import { DatabaseClock } from './database-clock.js';
import { FollowedHistory } from './followed-history.js';
import { HotStatements } from './hot-statements.js';
import { MaintenanceConnection } from './maintenance-connection.js';
import { migrate } from './migrate.js';
import { type DatabaseWait, waitForDatabase } from './wait-for-database.js';

@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => Database.open(config.database.url, config.dataDir),
    },
    FollowedHistory,
  ],
  exports: [Database, FollowedHistory],
})
class DatabaseServerModule {}

/**
 * Half of the time limit is for a connection, half for the answer: a request that meets a frozen database or an
 * exhausted pool gets its error within the limit. The server gives up a slow statement a little earlier than the client.
 */
function dataSourceOptions(
  database: Database,
  followed: FollowedHistory,
  config: AppConfig,
): TypeOrmModuleOptions {
  const halfMs = config.database.timeoutMs / 2;
  return {
    ...connectionOptions(config.name, database.url),
    autoLoadEntities: true,
    // The factory below waits, and says so.
    toRetry: () => false,
    extra: {
      Client: BoundedClient,
      followed,
      wait: { url: database.url, waitSeconds: config.database.waitSeconds } satisfies DatabaseWait,
      max: database.isEmbedded ? 1 : config.database.poolSize,
      keepAlive: true,
      connectionTimeoutMillis: halfMs,
      query_timeout: halfMs,
      ...(database.isEmbedded ? {} : { statement_timeout: Math.floor(halfMs * 0.9) }),
    },
  };
}

/**
 * The TypeORM data source. The schema is made by migrations, run at start; several instances that start together take
 * turns.
 */
@Global()
@Module({
  imports: [
    DatabaseServerModule,
    TypeOrmModule.forRootAsync({
      inject: [Database, FollowedHistory, AppConfig],
      useFactory: dataSourceOptions,
      dataSourceFactory: async (options) => {
        if (options === undefined) throw new TypeError('TypeORM got no options');
        const { wait } = options.extra as { wait: DatabaseWait };
        return waitForDatabase(wait, async () => {
          await migrate(options);
          return new DataSource(options).initialize();
        });
      },
    }),
  ],
  providers: [HotStatements, DatabaseClock, MaintenanceConnection],
  exports: [HotStatements, DatabaseClock, MaintenanceConnection],
})
export class DatabaseModule {}
