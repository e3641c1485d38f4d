import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DOCS_PATH } from './http/api-docs.js';
import { CacheTrust } from './cache/cache-trust.js';
import { AppConfig } from './config/app-config.js';
import { Database } from './database/database.js';

const RULE = '='.repeat(60);

/** Logs the version, the configuration and the addresses at the start. It logs no password. */
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
    `Documentation: ${describeDocumentation(config.http, url)}`,
    'WebSocket: /api/v1/ws/session/{session_id}',
    `Listening on ${url}`,
    RULE,
  ];
  for (const line of lines) logger.log(line);
}

function describeDocumentation({ management, host }: AppConfig['http'], url: string): string {
  if (management === 'none') return 'not served (set MANAGEMENT_PORT)';
  return `${management === 'shared' ? url : `http://${host}:${management.port}`}/${DOCS_PATH}`;
}

function describeDatabase(config: AppConfig, database: Database): string {
  if (database.isEmbedded)
    return `embedded PostgreSQL in ${config.dataDir}, for this process only (set DATABASE_URL to use a server)`;
  const { requests, sessions, isPooled } = database;
  const direct = isPooled ? ` for requests, and ${sessions.target.label} directly` : '';
  return `${requests.target.label}${direct}`;
}

function describeCache(config: AppConfig, trust: CacheTrust): string {
  const { redis } = config.cache;
  if (redis === undefined) return 'in memory, for this process only (set REDIS_URL to share it)';
  if (trust.state === 'trusted') return `Redis connected: ${redis.label}`;
  return `Redis not connected yet: ${redis.label} (${trust.reason}). PostgreSQL answers until Redis is connected`;
}
