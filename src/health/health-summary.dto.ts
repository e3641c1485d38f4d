import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CacheStatsDto } from '../cache/cache-stats.dto.js';
import { MailHealthDto } from './mail-health.dto.js';

class DatabaseHealthDto {
  @ApiProperty({ enum: ['connected', 'disconnected'], example: 'connected' })
  status: 'connected' | 'disconnected';

  @ApiProperty({ enum: ['server', 'embedded'], example: 'server' })
  kind: 'server' | 'embedded';

  @ApiPropertyOptional({ example: '17.6' })
  version?: string;

  @ApiPropertyOptional({ description: 'Whether this instance reads the invalidation log', example: true })
  following_log?: boolean;

  @ApiPropertyOptional({
    description:
      'Whether notifications of PostgreSQL reach this instance; without them changes are applied up to 0.5 s late',
    enum: ['unproven', 'delivered', 'not delivered'],
    example: 'delivered',
  })
  notifications?: 'unproven' | 'delivered' | 'not delivered';

  @ApiPropertyOptional({
    description: 'Why the log is not read, or why every request is refused',
    example: 'the PostgreSQL server is a standby or read-only',
  })
  reason?: string;
}

class RedisHealthDto {
  @ApiProperty({ enum: ['connected', 'disconnected', 'not_configured'], example: 'connected' })
  status: 'connected' | 'disconnected' | 'not_configured';

  @ApiPropertyOptional({
    description: 'Of Valkey, the version of Redis that it is compatible with',
    example: '8.0.2',
  })
  redis_version?: string;

  @ApiPropertyOptional({ description: 'The server if it is not Redis', example: 'valkey' })
  server_name?: string;

  @ApiPropertyOptional({ example: '8.1.1' })
  valkey_version?: string;

  @ApiPropertyOptional({ example: 123 })
  uptime_seconds?: number;
}

/** The public port answers `status` alone where it does not show what is for operators. */
export class HealthSummaryDto {
  @ApiProperty({ enum: ['healthy', 'degraded', 'unhealthy'], example: 'healthy' })
  status: 'healthy' | 'degraded' | 'unhealthy';

  @ApiPropertyOptional({ example: 'ergodrive-backend' })
  service: string;

  @ApiPropertyOptional({ example: '0.2.0' })
  version: string;

  @ApiPropertyOptional({ enum: ['development', 'test', 'production'], example: 'development' })
  environment: string;

  @ApiPropertyOptional({ example: 42 })
  uptime_seconds: number;

  @ApiPropertyOptional({ type: DatabaseHealthDto })
  database: DatabaseHealthDto;

  @ApiPropertyOptional({ type: RedisHealthDto })
  redis: RedisHealthDto;

  @ApiPropertyOptional({ type: CacheStatsDto })
  cache: CacheStatsDto;

  @ApiPropertyOptional({ type: MailHealthDto })
  mail: MailHealthDto;
}
