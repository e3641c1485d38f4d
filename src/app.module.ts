import { type DynamicModule, Module } from '@nestjs/common';
import { AddressesModule } from './addresses/addresses.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { CacheModule } from './cache/cache.module.js';
import type { AppConfig } from './config/app-config.js';
import { ClientsModule } from './clients/clients.module.js';
import { ConfigModule } from './config/config.module.js';
import { ConsoleModule } from './console/console.module.js';
import { DatabaseModule } from './database/database.module.js';
import { ErasureModule } from './erasure/erasure.module.js';
import { EventsModule } from './events/events.module.js';
import { HealthModule } from './health/health.module.js';
import { InvitationsModule } from './invitations/invitations.module.js';
import { LinkPagesModule } from './link-pages/link-pages.module.js';
import { LogModule } from './log/log.module.js';
import { LiveModule } from './live/live.module.js';
import { MailModule } from './mail/mail.module.js';
import { OAuthModule } from './oauth/oauth.module.js';
import { NoticesModule } from './notices/notices.module.js';
import { RecoveryModule } from './recovery/recovery.module.js';
import { RegistrationModule } from './registration/registration.module.js';
import { ShutdownLog } from './shutdown-log.js';
import { SessionsModule } from './sessions/sessions.module.js';
import { StandingModule } from './standing/standing.module.js';
import { UsersModule } from './users/users.module.js';

@Module({})
export class AppModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        StandingModule,
        DatabaseModule,
        CacheModule,
        LogModule,
        AuditModule,
        MailModule,
        UsersModule,
        SessionsModule,
        AuthModule,
        RegistrationModule,
        InvitationsModule,
        AddressesModule,
        NoticesModule,
        RecoveryModule,
        ErasureModule,
        // Both have the pages to which mails lead.
        config.console === undefined ? LinkPagesModule : ConsoleModule,
        ClientsModule,
        OAuthModule,
        LiveModule,
        EventsModule,
        HealthModule,
      ],
      providers: [ShutdownLog],
    };
  }
}
