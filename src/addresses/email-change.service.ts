import { Injectable } from '@nestjs/common';
import { CurrentPassword } from '../auth/current-password.service.js';
import type { Command } from '../commands/command.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import type { Principal } from '../common/principal.js';
import { AppConfig } from '../config/app-config.js';
import { MailOutbox } from '../mail/mail-outbox.js';
import type { TokenGrant } from '../one-time-tokens/one-time-token.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { AccountProofs } from '../users/account-proofs.service.js';
import { normaliseEmail } from '../users/email.js';
import { MailLimits } from '../users/mail-limits.js';
import { RegistrationGate } from '../users/registration-gate.js';
import { UsersService } from '../users/users.service.js';

/** Changes the address of an account: asked with the password, proved at the new address. The old one gets a mail with an undo. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly commands: CommandsService,
    private readonly currentPassword: CurrentPassword,
    private readonly users: UsersService,
    private readonly proofs: AccountProofs,
    private readonly gate: RegistrationGate,
    private readonly tokens: OneTimeTokens,
    private readonly outbox: MailOutbox,
    private readonly limits: MailLimits,
    private readonly config: AppConfig,
  ) {}

  /**
   * Sends a link to the new address. The answer says nothing about other accounts: where the address has one, no link is sent.
   * @throws ProblemError 401, 403 `wrong_password`, `email_domain_refused`, 409 `mail_not_configured`, 429
   */
  async request(principal: Principal, email: string, password: string, by: Actor): Promise<void> {
    this.outbox.demandEnabled();
    this.gate.demandDomain(email);
    await this.currentPassword.demand(principal, password, 'user.email_change_failed', by);
    await this.limits.mail(email, by);
    const [userId, address] = [principal.id, normaliseEmail(email)];
    await this.commands.run(by, [userId], async (command) => {
      await command.demandCaller();
      const toIssue = { purpose: 'change_email' as const, userId, data: { email: address } };
      const { id } = await this.tokens.issueWithin(command.run, toIssue);
      await command.note('user.email_change_requested', { userId });
      const mail = { kind: 'confirm_new_email', userId, address, language: by.language };
      await command.mail({ ...mail, data: { token_id: id } });
    });
  }

  /**
   * Changes the address, by a token that was used in this command. The former address is kept for the account until the undo expires.
   * @throws ProblemError 409 `email_taken`
   */
  async completeWithin(
    command: Command,
    userId: string,
    { data: { email } }: TokenGrant,
    by: Actor,
  ): Promise<void> {
    const { email: former, emailVerified } = await this.users.getWithin(command, userId);
    const next = String(email);
    await this.proofs.changeEmail(command, userId, next);
    await command.note('user.email_changed', { userId });
    if (!this.outbox.isEnabled || !this.config.notices.includes('email_changed')) return;
    const data = { was_proved: emailVerified };
    const undo = { purpose: 'undo_email_change' as const, userId, address: former, data };
    const { id } = await this.tokens.issueWithin(command.run, undo);
    const mail = { kind: 'email_changed', userId, address: former, language: by.language };
    await command.mail({ ...mail, data: { token_id: id, new_address: next } });
  }
}
