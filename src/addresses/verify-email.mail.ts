import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Run } from '../database/hot-statements.js';
import { publicLink } from '../mail/links.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { accountOfMail } from '../users/account-lookups.js';

/**
 * The link that proves the address of an account, and one for an owner of the mailbox who has not registered: it replaces the password that
 * somebody else chose, and ends that person's sessions. What the account says of its owner is not in the mail: a stranger may have
 * written it.
 */
@Injectable()
export class VerifyEmailMail implements MailKind {
  readonly kind = 'verify_email';

  constructor(
    kinds: MailKinds,
    private readonly tokens: OneTimeTokens,
    private readonly config: AppConfig,
  ) {
    kinds.register(this);
  }

  async prepare(row: MailRow, run: Run): Promise<Letter | undefined> {
    const user = await accountOfMail(run, row);
    if (user === undefined || user.emailVerified) return undefined;
    const proof = await this.tokens.ofMailWithin(run, row, { purpose: 'verify_email', userId: user.id });
    const reset = await this.tokens.ofMailWithin(run, row, { purpose: 'reset_password', userId: user.id });
    if (proof === undefined) return undefined;
    return {
      to: user.email,
      locale: user.locale,
      values: {},
      links: {
        link: publicLink(this.config, 'account/verify-email', proof.token),
        // A later mail may have replaced it when this one is written again.
        ...(reset && { not_me: publicLink(this.config, 'account/reset-password', reset.token) }),
      },
      expiresAt: proof.expiresAt,
    };
  }
}
