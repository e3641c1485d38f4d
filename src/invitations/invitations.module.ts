import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { InvitationAcceptance } from './invitation-acceptance.service.js';
import { InvitationAcceptanceController } from './invitation-acceptance.controller.js';
import './invitation-audit-actions.js';
import { InvitationCleanupService } from './invitation-cleanup.service.js';
import { InvitationMail } from './invitation.mail.js';
import { InvitationsController } from './invitations.controller.js';
import { InvitationsService } from './invitations.service.js';
import { InvitedAccounts } from './invited-accounts.service.js';

/** Invitations by mail: who sends them, and who accepts them. */
@Module({
  imports: [AuthModule, SessionsModule, UsersModule],
  controllers: [InvitationsController, InvitationAcceptanceController],
  providers: [
    InvitationsService,
    InvitationAcceptance,
    InvitedAccounts,
    InvitationMail,
    InvitationCleanupService,
  ],
})
export class InvitationsModule {}
