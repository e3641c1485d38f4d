import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Run } from '../database/hot-statements.js';
import { publicLink } from '../mail/links.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import type { OpenInvitation } from './invitation.js';
import { FIND_OPEN } from './invitation-statements.js';

/** The link that accepts an invitation. Nothing that a person typed is in the mail, so nobody can use it to send texts to others. */
@Injectable()
export class InvitationMail implements MailKind {
  readonly kind = 'invitation';

  constructor(
    kinds: MailKinds,
    private readonly tokens: OneTimeTokens,
    private readonly config: AppConfig,
  ) {
    kinds.register(this);
  }

  async prepare({ data }: MailRow, run: Run): Promise<Letter | undefined> {
    const [invitation] = await run<OpenInvitation>(FIND_OPEN, [data['invitation_id']]);
    const issued = await this.tokens.findWithin(run, 'accept_invitation', String(data['token_id']));
    if (invitation === undefined || !invitation.isBacked || issued === undefined) return undefined;
    return {
      to: invitation.email,
      locale: invitation.locale,
      values: {},
      links: { link: publicLink(this.config, 'account/accept-invitation', issued.token) },
      expiresAt: issued.expiresAt,
    };
  }
}
