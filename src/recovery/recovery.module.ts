import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { RecoveryController } from './recovery.controller.js';
import { RecoveryService } from './recovery.service.js';
import { ResetPasswordMail } from './reset-password.mail.js';

@Module({
  imports: [SessionsModule, UsersModule],
  controllers: [RecoveryController],
  providers: [RecoveryService, ResetPasswordMail],
})
export class RecoveryModule {}
