import { Injectable } from '@nestjs/common';
import type { Command } from '../commands/command.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import { AppConfig } from '../config/app-config.js';
import { ProblemError } from '../http/problem.error.js';
import { MailOutbox } from '../mail/mail-outbox.js';
import type { TokenGrant } from '../one-time-tokens/one-time-token.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { AccountProofs } from '../users/account-proofs.service.js';
import { normaliseEmail } from '../users/email.js';
import { MailLimits } from '../users/mail-limits.js';
import { NewAccounts } from '../users/new-accounts.service.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { EmailChangeService } from './email-change.service.js';

/** Takes the proof of an address: of an account, of a new address of an account, or of a registration. */
@Injectable()
export class EmailProofService {
  constructor(
    private readonly commands: CommandsService,
    private readonly proofs: AccountProofs,
    private readonly accounts: NewAccounts,
    private readonly changes: EmailChangeService,
    private readonly tokens: OneTimeTokens,
    private readonly hasher: PasswordHasher,
    private readonly outbox: MailOutbox,
    private readonly limits: MailLimits,
    private readonly config: AppConfig,
  ) {}

  /**
   * Asks for the mail again. As with a forgotten password, the request does the same for every address.
   * @throws ProblemError 409 `mail_not_configured`, 429
   */
  async request(email: string, by: Actor): Promise<void> {
    this.outbox.demandEnabled();
    await this.limits.mail(email, by);
    await this.outbox.queue({ kind: 'verify_email', address: normaliseEmail(email), language: by.language });
  }

  /**
   * @param password that of a silent registration
   * @throws ProblemError 400 `one_time_token_invalid`, 403 `wrong_password`, or when registration was closed, 409 `email_taken`, 429
   */
  async prove(token: string, password: string | undefined, by: Actor): Promise<void> {
    await this.limits.token(by);
    const peeked = await this.tokens.peek(token, 'verify_email', 'change_email', 'register');
    const { userId, purpose, address } = peeked;
    const passwordHash = await this.confirmed(peeked, password, by);
    await this.commands.run(by, userId === null ? [] : [userId], async (command) => {
      await command.demandCaller();
      if (userId === null) await this.tokens.lockAddressWithin(command.run, String(address));
      const grant = await this.tokens.consumeWithin(command.run, token, purpose);
      if (userId === null) await this.registerWithin(command, grant, passwordHash, by);
      else if (purpose === 'change_email') await this.changes.completeWithin(command, userId, grant, by);
      else if (await this.proofs.verifyEmail(command, userId))
        await command.note('user.email_verified', { userId });
    });
  }

  /**
   * The password of a silent registration counts only for who types it again beside the proof: a stranger may have registered the address,
   * and its owner may use the stranger's link.
   * @returns its hash, or `null` when no password is kept
   */
  private async confirmed(
    { purpose, data }: TokenGrant,
    password: string | undefined,
    by: Actor,
  ): Promise<string | null> {
    if (purpose !== 'register' || password === undefined) return null;
    const passwordHash = String(data['password_hash']);
    if (await this.hasher.verify(passwordHash, password, by.ip)) return passwordHash;
    throw new ProblemError('wrong_password', { detail: 'The address was registered with another password' });
  }

  /** Makes the account of a silent registration. Where it gets no password, a mail leads to one. */
  private async registerWithin(
    command: Command,
    { address, data }: TokenGrant,
    passwordHash: string | null,
    by: Actor,
  ): Promise<void> {
    const email = String(address);
    await this.tokens.endOfAddressWithin(command.run, email, 'register');
    const userId = await this.accounts.insertWithin(command, {
      email,
      passwordHash,
      fullName: String(data['full_name']),
      locale: data['locale'] as string | null,
      role: this.config.roles.default,
      isVerified: true,
      origin: 'registration',
    });
    if (passwordHash === null) await command.mail({ kind: 'reset_password', userId, language: by.language });
  }
}
