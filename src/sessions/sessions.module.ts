import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from '../users/users.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { LoginHistory } from './login-history.js';
import { LiveUserReader } from './live-user.reader.js';
import { Session } from './session.entity.js';
import { SessionCleanupService } from './session-cleanup.service.js';
import { SessionRotationService } from './session-rotation.service.js';
import { SessionVerdictService } from './session-verdict.service.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';
import { AllSessionsController } from './all-sessions.controller.js';
import { OwnEventsController } from './own-events.controller.js';
import { UserSessionsController } from './user-sessions.controller.js';

@Module({
  imports: [UsersModule, AuditModule, TypeOrmModule.forFeature([Session])],
  controllers: [SessionsController, UserSessionsController, AllSessionsController, OwnEventsController],
  providers: [
    SessionsService,
    SessionRotationService,
    LiveUserReader,
    LoginHistory,
    SessionVerdictService,
    SessionCleanupService,
  ],
  exports: [SessionsService, SessionRotationService, LiveUserReader, LoginHistory, SessionVerdictService],
})
export class SessionsModule {}
