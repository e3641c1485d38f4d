import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { BoundedClient } from './bounded-client.js';
import { Database } from './database.js';
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
 * The TypeORM data source. The schema is made by migrations, run at start; several instances that start together take
 * turns.
 */
@Module({
  imports: [
    DatabaseServerModule,
    TypeOrmModule.forRootAsync({
      inject: [Database, AppConfig],
      useFactory: (database: Database, config: AppConfig) => ({
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
          connectionTimeoutMillis: config.database.timeoutMs,
          query_timeout: config.database.timeoutMs,
          ...(database.isEmbedded ? {} : { statement_timeout: config.database.timeoutMs }),
        },
      }),
      dataSourceFactory: async (options) => {
        if (options === undefined) throw new TypeError('TypeORM got no options');
        await migrate(options);
        return new DataSource(options).initialize();
      },
    }),
  ],
})
export class DatabaseModule {}
