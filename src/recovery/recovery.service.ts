import { Injectable } from '@nestjs/common';
import type { Command } from '../commands/command.js';
import { CommandsService } from '../commands/commands.service.js';
import type { Actor } from '../common/actor.js';
import type { RevokeReason } from '../common/revoke-reason.js';
import { MailOutbox } from '../mail/mail-outbox.js';
import type { TokenPurpose } from '../one-time-tokens/one-time-token.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { AccountProofs } from '../users/account-proofs.service.js';
import { normaliseEmail } from '../users/email.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { PasswordPolicy } from '../users/password-policy.js';
import { UsersService } from '../users/users.service.js';
import { MailLimits } from '../users/mail-limits.js';

/** What a new password makes void. The undo of a changed address stays: it takes the account back from a thief who set the password. */
const OF_OLD_PASSWORD: readonly TokenPurpose[] = ['reset_password', 'change_email', 'verify_email'];

/** Gives an account back to whoever reads its mail, and ends every session on the way. */
@Injectable()
export class RecoveryService {
  constructor(
    private readonly commands: CommandsService,
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly proofs: AccountProofs,
    private readonly hasher: PasswordHasher,
    private readonly passwords: PasswordPolicy,
    private readonly tokens: OneTimeTokens,
    private readonly outbox: MailOutbox,
    private readonly limits: MailLimits,
  ) {}

  /**
   * Asks for a mail with a link that sets a new password. Whether the address has an account is looked up when the mail is written: the
   * request does the same for every address, and takes as long (OWASP ASVS 5.0 V6.3.8, V6.4.3).
   * @throws ProblemError 409 `mail_not_configured`, 429
   */
  async requestReset(email: string, by: Actor): Promise<void> {
    this.outbox.demandEnabled();
    await this.limits.mail(email, by);
    const { ip, userAgent, requestId, language } = by;
    const data = { by: { ip, userAgent, requestId } };
    await this.outbox.queue({ kind: 'reset_password', address: normaliseEmail(email), language, data });
  }

  /**
   * Sets a new password. Every session ends in the same transaction, and the address counts as proved.
   * @throws ProblemError 400 `one_time_token_invalid`, 422 for a password that is not accepted, 429
   */
  async resetPassword(token: string, next: string, by: Actor): Promise<void> {
    const userId = await this.ownerOf(token, 'reset_password', by);
    const { email, fullName } = await this.users.get(userId);
    await this.passwords.demand('new_password', next, { email, fullName }, by);
    const hash = await this.hasher.hash(next, by.ip);
    await this.commands.run(by, [userId], async (command) => {
      await this.tokens.consumeWithin(command.run, token, 'reset_password');
      await this.proofs.resetPassword(command, userId, hash);
      await this.endWithin(command, userId, OF_OLD_PASSWORD, 'password_reset');
      await command.note('user.password_reset', { userId });
      await command.mail({ kind: 'password_changed', userId, language: by.language });
    });
  }

  /**
   * The answer to a notice, "this was not me": ends every session and removes the password, which somebody else may know. A mail with a
   * link to a new password follows.
   * @throws ProblemError 400 `one_time_token_invalid`, 429
   */
  async reportIntrusion(token: string, by: Actor): Promise<void> {
    const userId = await this.ownerOf(token, 'end_sessions', by);
    await this.commands.run(by, [userId], async (command) => {
      await this.tokens.consumeWithin(command.run, token, 'end_sessions');
      await this.lockOutWithin(command, userId, OF_OLD_PASSWORD, 'reported_by_owner');
      await command.mail({ kind: 'reset_password', userId, language: by.language });
    });
  }

  /**
   * Takes the account back to its former address. Every session, the password and all other links of the account end; a mail to the former
   * address leads to a new password.
   * @throws ProblemError 400 `one_time_token_invalid`, 409 `email_taken`, 429
   */
  async undoEmailChange(token: string, by: Actor): Promise<void> {
    const userId = await this.ownerOf(token, 'undo_email_change', by);
    await this.commands.run(by, [userId], async (command) => {
      // A later undo leads to an address of the thief. An earlier one stays: a thief who uses the later one must not end the owner's.
      await this.tokens.endLaterWithin(command.run, token);
      const { address } = await this.tokens.consumeWithin(command.run, token, 'undo_email_change');
      await this.proofs.changeEmail(command, userId, String(address));
      await this.lockOutWithin(command, userId, [...OF_OLD_PASSWORD, 'end_sessions'], 'email_change_undone');
      await command.note('user.email_change_undone', { userId });
      await command.mail({ kind: 'reset_password', userId, language: by.language });
    });
  }

  private async ownerOf(token: string, purpose: TokenPurpose, by: Actor): Promise<string> {
    await this.limits.token(by);
    const { userId } = await this.tokens.peek(token, purpose);
    if (userId === null) throw new TypeError(`a token for ${purpose} has no account`);
    return userId;
  }

  private async lockOutWithin(
    command: Command,
    userId: string,
    purposes: readonly TokenPurpose[],
    reason: RevokeReason,
  ): Promise<void> {
    await this.proofs.removePassword(command, userId);
    await this.endWithin(command, userId, purposes, reason);
    await command.note('user.password_removed', { userId, details: { reason } });
  }

  private async endWithin(
    command: Command,
    userId: string,
    purposes: readonly TokenPurpose[],
    reason: RevokeReason,
  ): Promise<void> {
    await this.sessions.revokeWithin(command, { userId }, reason);
    await this.tokens.endWithin(command.run, userId, purposes);
  }
}
