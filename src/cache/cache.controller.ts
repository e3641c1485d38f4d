import { Controller, Delete, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ADMIN_ROLE } from '../config/roles.js';
import { ApiProblems } from '../http/api-problems.decorator.js';
import { Problems } from '../http/problem.error.js';
import { Roles } from '../http/roles.guard.js';
import { AppConfig } from '../config/app-config.js';
import { CacheSampler } from './cache-sampler.js';
import { CacheStatsDto } from './cache-stats.dto.js';
import { CACHE_STORE, type CacheStore } from './cache-store.js';
import { CacheUnavailableError } from '../redis/cache-unavailable.error.js';
import { BLACKLIST_PREFIX, USER_PREFIX } from './entry-keys.js';

class ClearedDto {
  @ApiProperty({ description: 'Number of deleted entries', example: 4 })
  removed: number;
}

@ApiTags('administration')
@Controller('api/v1/cache')
@Roles(ADMIN_ROLE)
export class CacheController {
  constructor(
    private readonly sampler: CacheSampler,
    @Inject(CACHE_STORE) private readonly store: CacheStore,
    private readonly config: AppConfig,
  ) {}

  @Get('stats')
  @ApiOperation({ summary: 'State and number of entries of the cache, counted in the background' })
  @ApiOkResponse({ type: CacheStatsDto })
  @ApiProblems(401, 403)
  stats(): Promise<CacheStatsDto> {
    return this.sampler.stats();
  }

  @Delete()
  @ApiOperation({
    summary:
      'Delete all cache entries. Requests are slower until the cache is filled again. Refused in production',
  })
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
