import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Command } from '../commands/command.js';
import { isUniqueViolation } from '../common/database-errors.js';
import type { HotStatement } from '../database/hot-statements.js';
import { creationOf } from '../log/change-feed.js';
import { ProblemError } from '../http/problem.error.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { normaliseEmail } from './email.js';
import { type AccountOrigin, RegistrationGate } from './registration-gate.js';

const INSERT: HotStatement = {
  name: 'insert_account',
  text: `
  INSERT INTO users (id, email, password_hash, full_name, role, locale, email_verified) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
};

export interface NewAccount {
  readonly email: string;
  /** `null` for an account whose owner sets a password later. */
  readonly passwordHash: string | null;
  readonly fullName: string;
  readonly role: string;
  readonly locale?: string | null | undefined;
  readonly isVerified: boolean;
  readonly origin: AccountOrigin;
}

/** The one place that makes accounts. */
@Injectable()
export class NewAccounts {
  constructor(
    private readonly gate: RegistrationGate,
    private readonly tokens: OneTimeTokens,
  ) {}

  /**
   * Makes an account within a command that has checked its caller.
   * @returns the id
   * @throws ProblemError 403 of {@link RegistrationGate}, 409 `email_taken`, also for an address that another account may get back
   */
  async insertWithin(command: Command, account: NewAccount): Promise<string> {
    const { passwordHash, fullName, role, locale = null, isVerified, origin } = account;
    this.gate.demand(origin, account.email);
    const [id, email] = [randomUUID(), normaliseEmail(account.email)];
    try {
      await command.run(INSERT, [id, email, passwordHash, fullName, role, locale, isVerified]);
    } catch (error) {
      if (isUniqueViolation(error)) throw new ProblemError('email_taken');
      throw error;
    }
    // After the insertion, which waits for an account that is leaving the address.
    if (await this.tokens.isReservedWithin(command.run, email, id)) throw new ProblemError('email_taken');
    await command.note('user.registered', { userId: id, details: { role, origin } });
    command.changed(creationOf(id));
    return id;
  }
}
