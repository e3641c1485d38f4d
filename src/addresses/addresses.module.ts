import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { UsersModule } from '../users/users.module.js';
import { AddressesController } from './addresses.controller.js';
import { ConfirmNewEmailMail } from './confirm-new-email.mail.js';
import { EmailChangeService } from './email-change.service.js';
import { EmailChangedMail } from './email-changed.mail.js';
import { EmailProofService } from './email-proof.service.js';
import { VerifyEmailMail } from './verify-email.mail.js';

@Module({
  imports: [AuthModule, UsersModule],
  controllers: [AddressesController],
  providers: [EmailProofService, EmailChangeService, VerifyEmailMail, ConfirmNewEmailMail, EmailChangedMail],
})
export class AddressesModule {}
