import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { CacheStats } from './cache-sampler.js';

/** The state of the cache, as `GET /api/v1/cache/stats` and `GET /health` answer it. */
export class CacheStatsDto implements CacheStats {
  @ApiProperty({ enum: ['available', 'unavailable'], example: 'available' })
  status: CacheStats['status'];

  @ApiProperty({ enum: ['trusted', 'replaying', 'down'], example: 'trusted' })
  trust: CacheStats['trust'];

  @ApiPropertyOptional({ description: 'Why the cache is not used', example: 'no answer within 100 ms' })
  reason?: string;

  @ApiProperty({ example: 3 })
  cached_users: number;

  @ApiProperty({ example: 1 })
  blacklisted_tokens: number;

  @ApiProperty({ example: '1.23M' })
  memory_used: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the entries were counted',
    example: '2026-11-24T12:00:00.000Z',
  })
  counted_at: string | null;
}
