import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DOCS_PATH } from './http/api-docs.js';
import { CacheStatus } from './cache/cache-status.js';
import { AppConfig } from './config/app-config.js';
import { Database } from './database/database.js';

/** Logs the version, the configuration and the addresses at the start, as one record. It logs no password. */
export function startBanner(app: NestFastifyApplication, url: string): void {
  const config = app.get(AppConfig);
  const { corsOrigins } = config.http;
  new Logger('Start').log({
    msg: `Listening on ${url}`,
    version: config.version,
    environment: config.environment,
    documentation: describeDocumentation(config.http, url),
    pages: config.console === undefined ? 'not served (set CONSOLE=on)' : `${url}/account and ${url}/admin`,
    database: describeDatabase(config, app.get(Database)),
    cache: describeCache(config, app.get(CacheStatus)),
    ...(corsOrigins.length > 0 ? { cors_origins: corsOrigins } : {}),
  });
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

function describeCache(config: AppConfig, status: CacheStatus): string {
  const { redis } = config.cache;
  if (redis === undefined) return 'in memory, for this process only (set REDIS_URL to share it)';
  if (status.state === 'trusted') return `Redis connected: ${redis.label}`;
  return `Redis not connected yet: ${redis.label} (${status.reason}). PostgreSQL answers until Redis is connected`;
}
