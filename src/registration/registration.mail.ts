import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Run } from '../database/hot-statements.js';
import { publicLink } from '../mail/links.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { accountByAddress } from '../users/account-lookups.js';
import type { AccountRecord } from '../users/account-statements.js';
import { ResetLetters } from '../users/reset-letters.js';

/**
 * The mail of a silent registration: a link that makes the account, or that the address has one already. Nothing of what was typed is in
 * it: a stranger may have typed it.
 */
@Injectable()
export class RegistrationMail implements MailKind {
  readonly kind = 'registration';

  constructor(
    kinds: MailKinds,
    private readonly tokens: OneTimeTokens,
    private readonly letters: ResetLetters,
    private readonly config: AppConfig,
  ) {
    kinds.register(this);
  }

  async prepare(row: MailRow, run: Run): Promise<Letter | undefined> {
    const { address } = row;
    if (address === null) return undefined;
    const user = await accountByAddress(run, address);
    if (user !== undefined) return this.toOwner(user, row, run);
    const issued = await this.tokens.findWithin(run, 'register', String(row.data['token_id']));
    if (issued === undefined) return undefined;
    return {
      to: address,
      locale: null,
      values: {},
      links: { link: publicLink(this.config, 'account/finish-registration', issued.token) },
      expiresAt: issued.expiresAt,
    };
  }

  private async toOwner(user: AccountRecord, row: MailRow, run: Run): Promise<Letter | undefined> {
    const letter = await this.letters.write(user, row, run);
    return letter && { ...letter, template: 'account_exists' };
  }
}
