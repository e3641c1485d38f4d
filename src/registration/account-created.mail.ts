import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Run } from '../database/hot-statements.js';
import { publicLink } from '../mail/links.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { recipientOf } from '../users/mail-recipients.js';

/** The first mail to the owner of an account that an admin made: a link that sets the password, good for days. */
@Injectable()
export class AccountCreatedMail implements MailKind {
  readonly kind = 'account_created';

  constructor(
    kinds: MailKinds,
    private readonly tokens: OneTimeTokens,
    private readonly config: AppConfig,
  ) {
    kinds.register(this);
  }

  async prepare(row: MailRow, run: Run): Promise<Letter | undefined> {
    const user = await recipientOf(run, row);
    if (user === undefined) return undefined;
    const issued = await this.tokens.ofMailWithin(run, row, {
      purpose: 'reset_password',
      userId: user.id,
      lifeSeconds: this.config.oneTimeTokens.longSeconds,
    });
    if (issued === undefined) return undefined;
    return {
      to: user.email,
      locale: user.locale,
      values: { name: user.fullName },
      links: { link: publicLink(this.config, 'account/reset-password', issued.token) },
      expiresAt: issued.expiresAt,
    };
  }
}
