import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountCreatedMail } from './account-created.mail.js';
import { AccountCreationController } from './account-creation.controller.js';
import { AccountCreationService } from './account-creation.service.js';
import { RegistrationController } from './registration.controller.js';
import { RegistrationMail } from './registration.mail.js';
import { RegistrationService } from './registration.service.js';

@Module({
  imports: [AuthModule, UsersModule],
  controllers: [RegistrationController, AccountCreationController],
  providers: [RegistrationService, RegistrationMail, AccountCreationService, AccountCreatedMail],
})
export class RegistrationModule {}
