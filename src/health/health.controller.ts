import { Controller, Get, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, TypeOrmHealthIndicator } from '@nestjs/terminus';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { seesManagement } from '../http/management.js';
import { NeedsNoDatabase, Public } from '../http/request-context.decorators.js';
import { AnswersIndicator, PING_TIMEOUT_MS } from './answers.indicator.js';
import { Draining } from './draining.js';
import { HealthSummaryDto } from './health-summary.dto.js';
import { HealthSummaryService } from './health-summary.service.js';
import { MailHealthService } from './mail-health.service.js';
import { MetricsService } from './metrics.service.js';
import { PrimaryIndicator } from './primary.indicator.js';

@ApiTags('health')
@Public()
@NeedsNoDatabase()
@Controller()
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly primary: PrimaryIndicator,
    private readonly answers: AnswersIndicator,
    private readonly draining: Draining,
    private readonly summary: HealthSummaryService,
    private readonly mail: MailHealthService,
    private readonly metrics: MetricsService,
    private readonly config: AppConfig,
  ) {}

  @Get('health')
  @ApiOperation({
    summary: 'The state of the service, for people; 503 only when the database is down or is the wrong one',
    description:
      'Beside a management port, or in production without one, the public port answers `status` alone.',
  })
  @ApiOkResponse({ type: HealthSummaryDto })
  @ApiServiceUnavailableResponse({ type: HealthSummaryDto })
  async health(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HealthSummaryDto | Pick<HealthSummaryDto, 'status'>> {
    const isShown = seesManagement(this.config.http, request);
    // Mails are counted for operators alone: everybody may ask the public port.
    const [summary, mail] = await Promise.all([this.summary.read(), isShown ? this.mail.read() : undefined]);
    const { status } = summary;
    void reply.status(status === 'unhealthy' ? 503 : 200);
    return mail === undefined ? { status } : { ...summary, mail };
  }

  @Get('health/live')
  @ApiOperation({ summary: 'Whether the process answers; uses no other service' })
  @HealthCheck()
  live() {
    return this.checks.check([]);
  }

  @Get('health/ready')
  @ApiOperation({
    summary:
      'Whether requests can be served: the database answers and is the primary, and no shutdown has begun. Redis is not needed',
  })
  @HealthCheck()
  ready() {
    this.demandNoShutdown();
    return this.checks.check([
      () => this.database.pingCheck('database', { timeout: PING_TIMEOUT_MS }),
      () => this.primary.check('primary'),
    ]);
  }

  @Get('health/serving')
  @ApiOperation({
    summary:
      'Whether a load balancer is to send requests here: no shutdown has begun, the database is not a wrong one, and the cache or the ' +
      'database answers. While PostgreSQL is down, known sessions are served',
  })
  @HealthCheck()
  serving() {
    this.demandNoShutdown();
    return this.checks.check([() => this.primary.check('primary'), () => this.answers.check('answers')]);
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Prometheus metrics' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  async prometheus(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.type(this.metrics.contentType);
    return this.metrics.expose();
  }

  private demandNoShutdown(): void {
    const { report } = this.draining;
    if (report !== undefined) throw new ServiceUnavailableException(report);
  }
}
