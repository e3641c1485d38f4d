import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { CacheSampler } from '../cache/cache-sampler.js';
import { CacheStatus } from '../cache/cache-status.js';
import { Standing } from '../standing/standing.js';
import { isDatabaseOutage } from '../common/database-errors.js';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { NotificationProof } from '../database/notification-proof.js';
import type { HealthSummaryDto } from './health-summary.dto.js';

/** The state of the service: unhealthy without the right database, degraded without a trusted cache, the log or notifications. */
@Injectable()
export class HealthSummaryService {
  constructor(
    private readonly config: AppConfig,
    private readonly database: Database,
    private readonly sampler: CacheSampler,
    private readonly cache: CacheStatus,
    private readonly standing: Standing,
    private readonly notifications: NotificationProof,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** Without the mails, on which the state does not depend. */
  async read(): Promise<Omit<HealthSummaryDto, 'mail'>> {
    const [database, redis, cache] = await Promise.all([
      this.databaseHealth(),
      this.redisHealth(),
      this.sampler.stats(),
    ]);
    const isDown = database.status === 'disconnected' || this.standing.permit().kind === 'refuse';
    const isWhole =
      this.cache.isComplete && database.following_log !== false && database.notifications !== 'not delivered';
    return {
      status: isDown ? 'unhealthy' : isWhole ? 'healthy' : 'degraded',
      service: this.config.name,
      version: this.config.version,
      environment: this.config.environment,
      uptime_seconds: Math.floor(process.uptime()),
      database,
      redis,
      cache,
    };
  }

  private async databaseHealth(): Promise<HealthSummaryDto['database']> {
    const kind = this.database.isEmbedded ? 'embedded' : 'server';
    const log = this.logHealth();
    try {
      const rows: { server_version: string }[] = await this.dataSource.query('SHOW server_version');
      return { status: 'connected', kind, version: rows[0]?.server_version.split(' ')[0], ...log };
    } catch (error) {
      if (!isDatabaseOutage(error)) throw error;
      return { status: 'disconnected', kind, ...log };
    }
  }

  /** The embedded database serves one process, which needs no log. */
  private logHealth(): Pick<HealthSummaryDto['database'], 'following_log' | 'notifications' | 'reason'> {
    const { state, reason } = this.standing;
    return {
      ...(this.database.isEmbedded
        ? {}
        : { following_log: state === 'following', notifications: this.notifications.state }),
      ...(reason === '' ? {} : { reason }),
    };
  }

  private async redisHealth(): Promise<HealthSummaryDto['redis']> {
    if (this.config.cache.redis === undefined) return { status: 'not_configured' };
    const info = await this.sampler.info();
    if (info === undefined) return { status: 'disconnected' };
    const { redis_version, server_name, valkey_version, uptime_seconds } = info;
    return { status: 'connected', redis_version, server_name, valkey_version, uptime_seconds };
  }
}
