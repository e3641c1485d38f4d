import { Injectable } from '@nestjs/common';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import { AppConfig } from '../config/app-config.js';
import { MailLimits } from '../users/mail-limits.js';
import type { NewAccountDto } from '../users/new-account.dto.js';
import { NewAccounts } from '../users/new-accounts.service.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';

/** Lets admins make accounts for other people, whatever `REGISTRATION` and `REGISTRATION_DOMAINS` say. */
@Injectable()
export class AccountCreationService {
  constructor(
    private readonly commands: CommandsService,
    private readonly accounts: NewAccounts,
    private readonly users: UsersService,
    private readonly limits: MailLimits,
    private readonly config: AppConfig,
  ) {}

  /**
   * Makes an account without a password. Its owner gets a mail with the link that sets one, where mail is configured.
   * @throws ProblemError 401 or 403 when the caller may not any more, 409 `email_taken`, 429
   */
  async create({ email, full_name: fullName, role, locale }: NewAccountDto, by: Actor): Promise<User> {
    await this.limits.mailOfAdmin(email, by);
    const id = await this.commands.run(by, [], async (command) => {
      await command.demandCaller();
      const userId = await this.accounts.insertWithin(command, {
        email,
        fullName,
        role: role ?? this.config.roles.default,
        locale,
        passwordHash: null,
        isVerified: false,
        origin: 'administration',
      });
      await command.mail({ kind: 'account_created', userId, language: by.language });
      return userId;
    });
    return this.users.get(id);
  }
}
