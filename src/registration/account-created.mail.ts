import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Run } from '../database/hot-statements.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { accountOfMail } from '../users/account-lookups.js';
import { ResetLetters } from '../users/reset-letters.js';

/**
 * The first mail to the owner of an account that an admin made, or that was imported without a password: a link that sets the password,
 * good for days.
 */
@Injectable()
export class AccountCreatedMail implements MailKind {
  readonly kind = 'account_created';

  constructor(
    kinds: MailKinds,
    private readonly letters: ResetLetters,
    private readonly config: AppConfig,
  ) {
    kinds.register(this);
    kinds.register({ kind: 'account_moved', prepare: (row, run) => this.prepare(row, run) });
  }

  async prepare(row: MailRow, run: Run): Promise<Letter | undefined> {
    const user = await accountOfMail(run, row);
    return user && this.letters.write(user, row, run, this.config.oneTimeTokens.longSeconds);
  }
}
