import type { Server } from 'node:http';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InjectDataSource } from '@nestjs/typeorm';
import type pg from 'pg';
import { collectDefaultMetrics, Counter, Gauge, register } from 'prom-client';
import type { DataSource } from 'typeorm';
import { CacheSampler } from '../cache/cache-sampler.js';
import { CacheStatus } from '../cache/cache-status.js';
import { Readiness, type ReadinessState } from '../redis/readiness.js';
import { type LogState, Standing } from '../standing/standing.js';
import { newCounter, newGauge, newStateGauge } from '../common/metrics.js';

const TRUST_STATES: readonly ReadinessState[] = ['trusted', 'replaying', 'down'];
const LOG_STATES: readonly LogState[] = ['starting', 'following', 'suspended', 'unreachable', 'refused'];

/** The metrics of the process in the Prometheus text format. No value is asked from another service at a scrape. */
@Injectable()
export class MetricsService {
  readonly contentType = register.contentType;

  constructor(
    status: CacheStatus,
    readiness: Readiness,
    sampler: CacheSampler,
    standing: Standing,
    @InjectDataSource() dataSource: DataSource,
    { httpAdapter }: HttpAdapterHost,
  ) {
    if (register.getSingleMetric('process_cpu_user_seconds_total') === undefined) collectDefaultMetrics();
    measureTrust(status, readiness, standing);
    measureCache(sampler);
    measurePool((dataSource.driver as unknown as { master: pg.Pool }).master);
    measureConnections(httpAdapter.getHttpServer() as Server);
  }

  expose(): Promise<string> {
    return register.metrics();
  }
}

function measureTrust(status: CacheStatus, readiness: Readiness, standing: Standing): void {
  newStateGauge(
    'ergodrive_cache_trust',
    '1 for the current state of trust in the cache, 0 for the others',
    TRUST_STATES,
    () => status.state,
  );
  newGauge(
    'ergodrive_cache_complete',
    '1 while all cache entries may be accepted; 0 on a cluster also while one shard is not used',
    () => Number(status.isComplete),
  );
  newStateGauge(
    'ergodrive_log_following',
    '1 for how this instance follows the invalidation log now, 0 for the others',
    LOG_STATES,
    () => standing.state,
  );
  const name = 'ergodrive_cache_trust_changes_total';
  register.removeSingleMetric(name);
  new Counter({
    name,
    help: 'Changes of the trust in the cache to each state',
    labelNames: ['state'],
    collect() {
      this.reset();
      for (const state of TRUST_STATES) this.inc({ state }, readiness.transitions[state]);
    },
  });
}

/** Sampled in the background. While the store is out of reach, the values are missing. */
function measureCache(sampler: CacheSampler): void {
  newGauge('ergodrive_cache_users', 'Users in the cache', () => sampler.latest?.cachedUsers);
  newGauge(
    'ergodrive_cache_blacklisted_tokens',
    'Revoked tokens on the blacklist',
    () => sampler.latest?.blacklistedTokens,
  );
  newGauge(
    'ergodrive_redis_memory_bytes',
    'Memory that Redis uses',
    () => sampler.latest?.server?.memory_used_bytes,
  );
  newGauge(
    'ergodrive_redis_memory_limit_bytes',
    'maxmemory of Redis; 0 for no limit',
    () => sampler.latest?.server?.maxmemory_bytes,
  );
}

function measurePool(pool: pg.Pool): void {
  const name = 'ergodrive_database_pool_connections';
  register.removeSingleMetric(name);
  new Gauge({
    name,
    help: 'Connections to PostgreSQL in the pool, by whether a request uses them',
    labelNames: ['state'],
    collect() {
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'used' }, pool.totalCount - pool.idleCount);
    },
  });
  newGauge(
    'ergodrive_database_pool_limit',
    'The most connections that the pool may have',
    () => pool.options.max,
  );
  newGauge(
    'ergodrive_database_pool_waiting',
    'Queries that wait for a connection of the pool',
    () => pool.waitingCount,
  );
}

/** Counts those of the public port. */
function measureConnections(server: Server): void {
  const countOpen = promisify(server.getConnections.bind(server));
  newGauge('ergodrive_http_connections', 'Open connections on the public port, live channels included', () =>
    countOpen(),
  );
  const refused = newCounter(
    'ergodrive_http_connections_refused_total',
    'Connections that were refused on the public port, because too many were open',
  );
  server.on('drop', () => refused.inc());
}
