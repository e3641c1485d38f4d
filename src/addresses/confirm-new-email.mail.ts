import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Run } from '../database/hot-statements.js';
import { publicLink } from '../mail/links.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { accountByAddress, accountOfMail } from '../users/account-lookups.js';

/** The link that proves a new address of an account. An address that has an account already gets no mail. */
@Injectable()
export class ConfirmNewEmailMail implements MailKind {
  readonly kind = 'confirm_new_email';

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
    if (user === undefined || address === null) return undefined;
    if ((await accountByAddress(run, address)) !== undefined) return undefined;
    const issued = await this.tokens.findWithin(run, 'change_email', String(row.data['token_id']));
    if (issued === undefined) return undefined;
    return {
      to: address,
      locale: user.locale,
      values: {},
      links: { link: publicLink(this.config, 'account/verify-email', issued.token) },
      expiresAt: issued.expiresAt,
    };
  }
}
