import { Injectable } from '@nestjs/common';
import type { Command } from '../commands/command.js';
import { isUniqueViolation } from '../common/database-errors.js';
import type { HotStatement } from '../database/hot-statements.js';
import type { UserChangeReason } from '../log/change-feed.js';
import { ProblemError } from '../http/problem.error.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { CHANGE_EMAIL, REMOVE_PASSWORD, RESET_PASSWORD, VERIFY_EMAIL } from './account-statements.js';
import { normaliseEmail } from './email.js';

/**
 * Changes of an account by somebody who has proved access to a mailbox, within a command that has locked the account and used the
 * proof. The triggers of the log write the rows.
 */
@Injectable()
export class AccountProofs {
  constructor(private readonly tokens: OneTimeTokens) {}

  /** Sets another password; the address counts as proved. @throws ProblemError 400 when the account was deactivated */
  async resetPassword(command: Command, userId: string, passwordHash: string): Promise<void> {
    if (!(await change(command, userId, RESET_PASSWORD, [passwordHash], 'password_changed')))
      throw new ProblemError('one_time_token_invalid');
  }

  /** From then on nobody logs in by a password until a new one is set. */
  async removePassword(command: Command, userId: string): Promise<void> {
    await change(command, userId, REMOVE_PASSWORD, [], 'password_changed');
  }

  /** @returns whether the address was not proved before */
  verifyEmail(command: Command, userId: string): Promise<boolean> {
    return change(command, userId, VERIFY_EMAIL);
  }

  /** The new address counts as proved. @throws ProblemError 409 `email_taken`, also for an address that another account may get back */
  async changeEmail(command: Command, userId: string, email: string): Promise<void> {
    const address = normaliseEmail(email);
    try {
      await change(command, userId, CHANGE_EMAIL, [address]);
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
  reason: UserChangeReason | null = null,
): Promise<boolean> {
  const { length } = await command.run(statement, [userId, ...values]);
  if (length > 0)
    command.changed({ kind: 'user.updated', user_id: userId, session_id: null, reason, claims: {} });
  return length > 0;
}
