import { Global, Module } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { BoundedClient } from './bounded-client.js';
import { Database } from './database.js';
import { HotStatements } from './hot-statements.js';
import { migrate } from './migrate.js';

@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => Database.open(config.database.url, config.dataDir),
    },
  ],
  exports: [Database],
})
class DatabaseServerModule {}

/**
 * Half of the time limit is for a connection, half for the answer: a request that meets a frozen database or an
 * exhausted pool is told so within the limit. The server gives up a slow statement a little earlier than the client.
 */
function dataSourceOptions(database: Database, config: AppConfig): TypeOrmModuleOptions {
  const halfMs = config.database.timeoutMs / 2;
  return {
    type: 'postgres',
    url: database.url,
    applicationName: config.name,
    autoLoadEntities: true,
    synchronize: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    retryAttempts: 5,
    retryDelay: 1000,
    verboseRetryLog: false,
    logging: false,
    extra: {
      Client: BoundedClient,
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
      inject: [Database, AppConfig],
      useFactory: dataSourceOptions,
      dataSourceFactory: async (options) => {
        if (options === undefined) throw new TypeError('TypeORM got no options');
        await migrate(options);
        return new DataSource(options).initialize();
      },
    }),
  ],
  providers: [HotStatements],
  exports: [HotStatements],
})
export class DatabaseModule {}
