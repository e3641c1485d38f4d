import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LimitsModule } from '../limits/limits.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { Client } from './client.entity.js';
import { ClientAuthenticator } from './client-authenticator.js';
import './client-audit-actions.js';
import { ClientsController } from './clients.controller.js';
import { ClientsFileService } from './clients-file.service.js';
import { ClientsService } from './clients.service.js';
import { KnownClients } from './known-clients.js';

/** OAuth clients: their administration by the API and by a file, and their authentication for the routes that need it. */
@Module({
  imports: [UsersModule, SessionsModule, LimitsModule, TypeOrmModule.forFeature([Client])],
  controllers: [ClientsController],
  providers: [ClientsService, ClientsFileService, KnownClients, ClientAuthenticator],
  exports: [ClientAuthenticator],
})
export class ClientsModule {}
