import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CommandsModule } from '../commands/commands.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { BreachedPasswords } from './breached-passwords.js';
import { FirstAdminService } from './first-admin.service.js';
import { FormerRoles } from './former-roles.js';
import { MeController } from './me.controller.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { User } from './user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [AuditModule, CommandsModule, LimitsModule, TypeOrmModule.forFeature([User])],
  controllers: [MeController, UsersController],
  providers: [
    UsersService,
    PasswordHasher,
    PasswordPolicy,
    BreachedPasswords,
    FirstAdminService,
    FormerRoles,
  ],
  exports: [UsersService, PasswordHasher, PasswordPolicy, AuditModule, CommandsModule],
})
export class UsersModule {}
