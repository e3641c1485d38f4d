import { Controller, Delete, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../common/api-problems.decorator.js';
import { Problems } from '../common/problem.error.js';
import { Roles } from '../common/request-context.decorators.js';
import { AppConfig } from '../config/app-config.js';
import { BLACKLIST_PREFIX } from './blacklist.service.js';
import { CacheSampler, type CacheStats } from './cache-sampler.js';
import { CACHE_STORE, type CacheStore, CacheUnavailableError } from './cache-store.js';
import { USER_PREFIX } from './user-cache.service.js';

class CacheStatsDto implements CacheStats {
  @ApiProperty({ enum: ['available', 'unavailable'], example: 'available' })
  status: CacheStats['status'];

  @ApiProperty({ enum: ['trusted', 'replaying', 'down'], example: 'trusted' })
  trust: CacheStats['trust'];

  @ApiProperty({ example: 3 })
  cached_users: number;

  @ApiProperty({ example: 1 })
  blacklisted_tokens: number;

  @ApiProperty({ example: '1.23M' })
  memory_used: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-24T12:00:00.000Z' })
  counted_at: string | null;
}

class ClearedDto {
  @ApiProperty({ description: 'Entries removed', example: 4 })
  removed: number;
}

@ApiTags('administration')
@Controller('api/v1/cache')
@Roles('admin')
export class CacheController {
  constructor(
    private readonly sampler: CacheSampler,
    @Inject(CACHE_STORE) private readonly store: CacheStore,
    private readonly config: AppConfig,
  ) {}

  @Get('stats')
  @ApiOperation({ summary: 'What is in the cache, counted in the background' })
  @ApiOkResponse({ type: CacheStatsDto })
  @ApiProblems(401, 403)
  stats(): Promise<CacheStats> {
    return this.sampler.stats();
  }

  @Delete()
  @ApiOperation({ summary: 'Empty the cache; costs time, changes no verdict. Refused in production' })
  @ApiOkResponse({ type: ClearedDto })
  @ApiProblems(401, 403)
  async clear(): Promise<ClearedDto> {
    if (this.config.isProduction) throw Problems.forbidden('The cache is not emptied in production');
    try {
      return { removed: await this.store.clear([USER_PREFIX, BLACKLIST_PREFIX]) };
    } catch (error) {
      if (error instanceof CacheUnavailableError)
        throw Problems.unavailable('The cache is out of reach', error);
      throw error;
    }
  }
}
