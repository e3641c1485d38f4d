import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Draining } from './draining.js';
import { HealthController } from './health.controller.js';
import { HealthSummaryService } from './health-summary.service.js';
import { InfoController } from './info.controller.js';
import { MetricsService } from './metrics.service.js';
import { PrimaryIndicator } from './primary.indicator.js';

@Module({
  imports: [TerminusModule.forRoot({ errorLogStyle: 'json' })],
  controllers: [HealthController, InfoController],
  providers: [Draining, HealthSummaryService, MetricsService, PrimaryIndicator],
})
export class HealthModule {}
