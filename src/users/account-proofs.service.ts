import { Injectable } from '@nestjs/common';
import type { Command } from '../commands/command.js';
import { isUniqueViolation } from '../common/database-errors.js';
import type { HotStatement } from '../database/hot-statements.js';
import type { Change, DirectoryMember } from '../log/change-feed.js';
import { ProblemError } from '../http/problem.error.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import {
  type AccountRecord,
  CHANGE_EMAIL,
  CLAIM_ACCOUNT,
  REMOVE_PASSWORD,
  RESET_PASSWORD,
  VERIFY_EMAIL,
} from './account-statements.js';
import { normaliseEmail } from './email.js';

/** What an account is made to be by somebody else than its earlier holder. */
export interface ClaimedAccount {
  readonly passwordHash: string;
  readonly fullName: string;
  readonly role: string;
  readonly locale: string | null;
}

/**
 * Changes of an account by somebody who has proved access to a mailbox, within a command that has locked the account and used the
 * proof. The triggers of the log write the rows.
 */
@Injectable()
export class AccountProofs {
  constructor(private readonly tokens: OneTimeTokens) {}

  /** Sets another password; the address counts as proved. @throws ProblemError 400 when the account was deactivated */
  async resetPassword(command: Command, userId: string, passwordHash: string): Promise<void> {
    if (!(await change(command, userId, RESET_PASSWORD, [passwordHash], { reason: 'password_changed' })))
      throw new ProblemError('one_time_token_invalid');
  }

  /** From then on nobody logs in by a password until a new one is set. */
  async removePassword(command: Command, userId: string): Promise<void> {
    await change(command, userId, REMOVE_PASSWORD, [], { reason: 'password_changed' });
  }

  /** @returns whether the address was not proved before */
  verifyEmail(command: Command, userId: string): Promise<boolean> {
    return change(command, userId, VERIFY_EMAIL);
  }

  /**
   * Gives an account whose address was never proved to who has proved it now: the earlier holder may be a stranger.
   * @throws ProblemError 409 `email_taken` when it was proved already, or the account was deactivated
   */
  async claim(command: Command, before: AccountRecord, claimed: ClaimedAccount): Promise<void> {
    const { passwordHash, fullName, role, locale } = claimed;
    const { id, role: from } = before;
    const changed: DirectoryMember[] = fullName === before.fullName ? [] : ['full_name'];
    const details =
      role === from ? { changed } : { claims: { role }, changed: [...changed, 'role' as const] };
    const values = [passwordHash, fullName, role, locale];
    if (!(await change(command, id, CLAIM_ACCOUNT, values, { reason: 'password_changed', ...details })))
      throw new ProblemError('email_taken');
    if (role !== from) await command.note('user.role_changed', { userId: id, details: { from, to: role } });
  }

  /** The new address counts as proved. @throws ProblemError 409 `email_taken`, also for an address that another account may get back */
  async changeEmail(command: Command, userId: string, email: string): Promise<void> {
    const address = normaliseEmail(email);
    try {
      await change(command, userId, CHANGE_EMAIL, [address], { changed: ['email'] });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ProblemError('email_taken');
      throw error;
    }
    if (await this.tokens.isReservedWithin(command.run, address, userId))
      throw new ProblemError('email_taken');
  }
}

/** @returns whether the account was changed */
async function change(
  command: Command,
  userId: string,
  statement: HotStatement,
  values: readonly unknown[] = [],
  { reason = null, claims = {}, changed = [] }: Partial<Pick<Change, 'reason' | 'claims' | 'changed'>> = {},
): Promise<boolean> {
  const { length } = await command.run(statement, [userId, ...values]);
  if (length > 0)
    command.changed({ kind: 'user.updated', user_id: userId, session_id: null, reason, claims, changed });
  return length > 0;
}
