import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DOCS_PATH } from './api-docs.js';
import { CacheTrust } from './cache/cache-trust.js';
import { AppConfig } from './config/app-config.js';
import { Database } from './database/database.js';

const RULE = '='.repeat(60);

/** Says at start what runs and with what, without a password in it. */
export function startBanner(app: NestFastifyApplication, url: string): void {
  const config = app.get(AppConfig);
  const logger = new Logger('Start');
  const lines = [
    RULE,
    `ERGODRIVE Backend API ${config.version}`,
    `Environment: ${config.environment}`,
    `CORS Origins: ${JSON.stringify(config.http.corsOrigins)}`,
    `Database: ${describeDatabase(config, app.get(Database))}`,
    `Cache: ${describeCache(config, app.get(CacheTrust))}`,
    `Documentation: ${url}/${DOCS_PATH}`,
    'WebSocket: /api/v1/ws/session/{session_id}',
    `Listening on ${url}`,
    RULE,
  ];
  for (const line of lines) logger.log(line);
}

function describeDatabase(config: AppConfig, database: Database): string {
  if (database.isEmbedded)
    return `embedded PostgreSQL in ${config.dataDir}, for this one process (set DATABASE_URL for a server)`;
  const { hostname, port, pathname } = new URL(database.url);
  return `postgresql://${hostname}:${port || '5432'}${pathname}`;
}

function describeCache(config: AppConfig, trust: CacheTrust): string {
  const { redis } = config.cache;
  if (redis === undefined) return 'in memory, for this one process (set REDIS_URL to share it)';
  if (trust.state === 'trusted') return `Redis connected: ${redis.label}`;
  return `Redis not connected yet: ${redis.label} (${trust.reason}). PostgreSQL answers until it is`;
}
