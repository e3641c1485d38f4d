import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Run } from '../database/hot-statements.js';
import { publicLink } from '../mail/links.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { accountOfMail } from '../users/account-lookups.js';

/** Tells the former address of a change, with the undo. */
@Injectable()
export class EmailChangedMail implements MailKind {
  readonly kind = 'email_changed';

  constructor(
    kinds: MailKinds,
    private readonly tokens: OneTimeTokens,
    private readonly config: AppConfig,
  ) {
    kinds.register(this);
  }

  async prepare(row: MailRow, run: Run): Promise<Letter | undefined> {
    const { address } = row;
    const user = await accountOfMail(run, row);
    const issued = await this.tokens.findWithin(run, 'undo_email_change', String(row.data['token_id']));
    if (user === undefined || address === null || issued === undefined) return undefined;
    return {
      to: address,
      locale: user.locale,
      values: { name: user.fullName, new_address: String(row.data['new_address']) },
      links: { link: publicLink(this.config, 'account/undo-email-change', issued.token) },
      expiresAt: issued.expiresAt,
    };
  }
}
