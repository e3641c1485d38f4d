import { Controller, Get, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, TypeOrmHealthIndicator } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Public } from '../common/request-context.decorators.js';
import { HealthSummaryDto } from './health-summary.dto.js';
import { HealthSummaryService } from './health-summary.service.js';
import { MetricsService } from './metrics.service.js';

const PING_TIMEOUT_MS = 1500;

@ApiTags('health')
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly summary: HealthSummaryService,
    private readonly metrics: MetricsService,
  ) {}

  @Get('health')
  @ApiOperation({ summary: 'How the service is, for people; 503 only when the database is down' })
  @ApiOkResponse({ type: HealthSummaryDto })
  @ApiServiceUnavailableResponse({ type: HealthSummaryDto })
  async health(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthSummaryDto> {
    const summary = await this.summary.read();
    void reply.status(summary.status === 'unhealthy' ? 503 : 200);
    return summary;
  }

  @Get('health/live')
  @ApiOperation({ summary: 'Whether the process answers; touches nothing outside it' })
  @HealthCheck()
  live() {
    return this.checks.check([]);
  }

  @Get('health/ready')
  @ApiOperation({
    summary: 'Whether requests can be served: the database answers. Without Redis they still can',
  })
  @HealthCheck()
  ready() {
    return this.checks.check([() => this.database.pingCheck('database', { timeout: PING_TIMEOUT_MS })]);
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Prometheus metrics' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  async prometheus(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.type(this.metrics.contentType);
    return this.metrics.expose();
  }
}
