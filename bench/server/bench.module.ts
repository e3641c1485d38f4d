import { Module } from '@nestjs/common';
import { AuthModule } from '../../src/auth/auth.module.js';
import { BareUpdates } from './bare-updates.service.js';
import { ComparisonController } from './comparison.controller.js';
import { ControlController } from './control.controller.js';
import { DatabaseStrategy } from './database.strategy.js';
import { LiveUserQuery } from './live-user.query.js';
import { TutorialCache } from './tutorial-cache.service.js';
import { TutorialStrategy } from './tutorial.strategy.js';

/** The benchmark's additions to the product: comparison routes and control endpoints. */
@Module({
  imports: [AuthModule],
  controllers: [ComparisonController, ControlController],
  providers: [BareUpdates, DatabaseStrategy, LiveUserQuery, TutorialCache, TutorialStrategy],
})
export class BenchModule {}
