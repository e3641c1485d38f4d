import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { TrustState } from '../cache/cache-trust.js';

class DatabaseHealthDto {
  @ApiProperty({ enum: ['connected', 'disconnected'], example: 'connected' })
  status: 'connected' | 'disconnected';

  @ApiProperty({ enum: ['server', 'embedded'], example: 'server' })
  kind: 'server' | 'embedded';

  @ApiPropertyOptional({ example: '17.6' })
  version?: string;

  @ApiPropertyOptional({ description: 'Whether the invalidation log is followed', example: true })
  following_log?: boolean;
}

class RedisHealthDto {
  @ApiProperty({ enum: ['connected', 'disconnected', 'not_configured'], example: 'connected' })
  status: 'connected' | 'disconnected' | 'not_configured';

  @ApiPropertyOptional({ example: '8.0.2' })
  redis_version?: string;

  @ApiPropertyOptional({ example: 123 })
  uptime_seconds?: number;
}

class CacheHealthDto {
  @ApiProperty({ enum: ['available', 'unavailable'], example: 'available' })
  status: 'available' | 'unavailable';

  @ApiProperty({ enum: ['trusted', 'replaying', 'down'], example: 'trusted' })
  trust: TrustState;

  @ApiPropertyOptional({ description: 'Why the cache is not used', example: 'no answer within 100 ms' })
  reason?: string;

  @ApiProperty({ example: 0 })
  cached_users: number;

  @ApiProperty({ example: 0 })
  blacklisted_tokens: number;

  @ApiProperty({ example: '1.23M' })
  memory_used: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-24T12:00:00.000Z' })
  counted_at: string | null;
}

export class HealthSummaryDto {
  @ApiProperty({ enum: ['healthy', 'degraded', 'unhealthy'], example: 'healthy' })
  status: 'healthy' | 'degraded' | 'unhealthy';

  @ApiProperty({ example: 'ergodrive-backend' })
  service: string;

  @ApiProperty({ example: '0.1.0' })
  version: string;

  @ApiProperty({ enum: ['development', 'test', 'production'], example: 'development' })
  environment: string;

  @ApiProperty({ example: 42 })
  uptime_seconds: number;

  @ApiProperty({ type: DatabaseHealthDto })
  database: DatabaseHealthDto;

  @ApiProperty({ type: RedisHealthDto })
  redis: RedisHealthDto;

  @ApiProperty({ type: CacheHealthDto })
  cache: CacheHealthDto;
}
