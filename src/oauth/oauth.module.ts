import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ClientsModule } from '../clients/clients.module.js';
import { KeysModule } from '../keys/keys.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthorizationServerController } from './authorization-server.controller.js';
import { MailerTokens } from './mailer-tokens.service.js';
import { MailerTokensController } from './mailer-tokens.controller.js';
import { OAuthController } from './oauth.controller.js';
import { GRANTS } from './grants/grant-types.js';
import { TokenGrantsService } from './token-grants.service.js';
import { TokenInspection } from './token-inspection.js';
import { UserLookUpController } from './user-look-up.controller.js';

/** The OAuth 2 endpoints, for standard clients and resource servers, and what else both users and clients may ask for. */
@Module({
  imports: [AuthModule, ClientsModule, SessionsModule, UsersModule, KeysModule],
  controllers: [OAuthController, AuthorizationServerController, UserLookUpController, MailerTokensController],
  providers: [TokenGrantsService, ...GRANTS, TokenInspection, MailerTokens],
})
export class OAuthModule {}
