import { Global, Module } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { BoundedClient } from './bounded-client.js';
import { connectionOptions } from './connection-options.js';
import { Database } from './database.js';
import { DatabaseClock } from './database-clock.js';
import { Standing } from '../standing/standing.js';
import { HotStatements } from './hot-statements.js';
import { MaintenanceConnection } from './maintenance-connection.js';
import { migrate } from './migrate.js';
import { NotificationProof } from './notification-proof.js';
import type { PrimaryLocator } from './primary-locator.js';
import { openSameDatabase } from './same-database.js';
import { waitForDatabase } from './wait-for-database.js';

@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => Database.open(config),
    },
  ],
  exports: [Database],
})
class DatabaseServerModule {}

/** What the data source is opened with, besides TypeORM's own options. */
interface DataSourceExtra {
  readonly name: string;
  readonly primary: PrimaryLocator;
  readonly sessions: PrimaryLocator;
  readonly waitSeconds: number;
}

/**
 * Half of the time limit is for a connection, half for the answer: a request that meets a frozen database or an
 * exhausted pool gets its error within the limit. The server gives up a slow statement a little earlier than the client.
 */
function dataSourceOptions(database: Database, standing: Standing, config: AppConfig): TypeOrmModuleOptions {
  const options = connectionOptions(config.name, database.requests);
  const halfMs = config.database.timeoutMs / 2;
  return {
    ...options,
    autoLoadEntities: true,
    // The factory below waits, and says so.
    toRetry: () => false,
    extra: {
      ...options.extra,
      name: config.name,
      sessions: database.sessions,
      Client: BoundedClient,
      isPooled: database.isPooled,
      standing,
      waitSeconds: config.database.waitSeconds,
      max: database.isEmbedded ? 1 : config.database.poolSize,
      keepAlive: true,
      connectionTimeoutMillis: halfMs,
      query_timeout: halfMs,
      // The embedded server ends with this process, and a pooler has settings of its own.
      ...(database.isEmbedded || database.isPooled
        ? {}
        : { statement_timeout: Math.floor(halfMs * 0.9), idleTransactionMs: config.database.timeoutMs }),
    },
  };
}

async function openDataSource(options?: DataSourceOptions): Promise<DataSource> {
  if (options === undefined) throw new TypeError('TypeORM got no options');
  const { name, primary, sessions, waitSeconds } = options.extra as DataSourceExtra;
  await waitForDatabase(sessions.target, waitSeconds, () => migrate(name, sessions));
  return waitForDatabase(primary.target, waitSeconds, () => openPool(options, primary, sessions));
}

async function openPool(
  options: DataSourceOptions,
  primary: PrimaryLocator,
  sessions: PrimaryLocator,
): Promise<DataSource> {
  const source = new DataSource(options);
  try {
    await (primary === sessions ? source.initialize() : openSameDatabase(source, sessions));
    return source;
  } catch (error) {
    if (source.isInitialized) await source.destroy();
    throw error;
  }
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
      inject: [Database, Standing, AppConfig],
      useFactory: dataSourceOptions,
      dataSourceFactory: openDataSource,
    }),
  ],
  providers: [HotStatements, DatabaseClock, MaintenanceConnection, NotificationProof],
  exports: [HotStatements, DatabaseClock, MaintenanceConnection, NotificationProof],
})
export class DatabaseModule {}
