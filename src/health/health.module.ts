import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AnswersIndicator } from './answers.indicator.js';
import { Draining } from './draining.js';
import { HealthController } from './health.controller.js';
import { HealthSummaryService } from './health-summary.service.js';
import { InfoController } from './info.controller.js';
import { MailHealthService } from './mail-health.service.js';
import { MetricsService } from './metrics.service.js';
import { PrimaryIndicator } from './primary.indicator.js';

@Module({
  // Of an outage the service's own lines say more, once: terminus writes an error for each probe.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController, InfoController],
  providers: [
    AnswersIndicator,
    Draining,
    HealthSummaryService,
    MailHealthService,
    MetricsService,
    PrimaryIndicator,
  ],
})
export class HealthModule {}
