import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../users/users.module.js';
import { LiveUserReader } from './live-user.reader.js';
import { Session } from './session.entity.js';
import { SessionCleanupService } from './session-cleanup.service.js';
import { SessionVerdictService } from './session-verdict.service.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';
import { UserSessionsController } from './user-sessions.controller.js';
import { VerdictMetrics } from './verdict-metrics.js';

@Module({
  imports: [UsersModule, TypeOrmModule.forFeature([Session])],
  controllers: [SessionsController, UserSessionsController],
  providers: [SessionsService, LiveUserReader, SessionVerdictService, VerdictMetrics, SessionCleanupService],
  exports: [SessionsService, LiveUserReader, SessionVerdictService],
})
export class SessionsModule {}
