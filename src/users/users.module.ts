import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CommandsModule } from '../commands/commands.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { OneTimeTokensModule } from '../one-time-tokens/one-time-tokens.module.js';
import { AccountProofs } from './account-proofs.service.js';
import { BreachedPasswords } from './breached-passwords.js';
import { DummyHashes } from './dummy-hashes.service.js';
import { FirstAdminService } from './first-admin.service.js';
import { FormerRoles } from './former-roles.js';
import { MailLimits } from './mail-limits.js';
import { MeController } from './me.controller.js';
import { NewAccounts } from './new-accounts.service.js';
import { PasswordHasher } from './password-hasher.js';
import { PasswordPolicy } from './password-policy.js';
import { RegistrationGate } from './registration-gate.js';
import { ResetLetters } from './reset-letters.js';
import { User } from './user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [AuditModule, CommandsModule, LimitsModule, OneTimeTokensModule, TypeOrmModule.forFeature([User])],
  controllers: [MeController, UsersController],
  providers: [
    UsersService,
    NewAccounts,
    AccountProofs,
    RegistrationGate,
    MailLimits,
    ResetLetters,
    PasswordHasher,
    DummyHashes,
    PasswordPolicy,
    BreachedPasswords,
    FirstAdminService,
    FormerRoles,
  ],
  exports: [
    UsersService,
    NewAccounts,
    AccountProofs,
    RegistrationGate,
    MailLimits,
    ResetLetters,
    PasswordHasher,
    DummyHashes,
    PasswordPolicy,
    OneTimeTokensModule,
    AuditModule,
    CommandsModule,
    LimitsModule,
  ],
})
export class UsersModule {}
