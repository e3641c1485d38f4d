import { Injectable } from '@nestjs/common';
import { noteWithin } from '../audit/audit.service.js';
import { type Actor, SERVICE_ACTOR } from '../common/actor.js';
import { AppConfig } from '../config/app-config.js';
import type { Run } from '../database/hot-statements.js';
import { publicLink } from '../mail/links.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { recipientOf } from '../users/mail-recipients.js';

/** The link that sets a new password. An address without an active account gets no mail. */
@Injectable()
export class ResetPasswordMail implements MailKind {
  readonly kind = 'reset_password';

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
    const issued = await this.tokens.ofMailWithin(run, row, { purpose: 'reset_password', userId: user.id });
    if (issued === undefined) return undefined;
    if (!row.isPrepared)
      await noteWithin(run, 'user.password_reset_requested', actorOf(row), { userId: user.id });
    return {
      to: user.email,
      locale: user.locale,
      values: { name: user.fullName },
      links: { link: publicLink(this.config, 'account/reset-password', issued.token) },
      expiresAt: issued.expiresAt,
    };
  }
}

/** Who asked for the mail, as far as the request was kept. */
const actorOf = ({ data }: MailRow): Actor => ({
  ...SERVICE_ACTOR,
  ...(data['by'] as Partial<Actor> | undefined),
});
