import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Run } from '../database/hot-statements.js';
import { publicLink } from '../mail/links.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { accountOfMail } from '../users/account-lookups.js';

/** Says when an account is erased, with the undo. Nobody is written to whose deletion was taken back meanwhile. */
@Injectable()
export class DeletionScheduledMail implements MailKind {
  readonly kind = 'deletion_scheduled';

  constructor(
    kinds: MailKinds,
    private readonly tokens: OneTimeTokens,
    private readonly config: AppConfig,
  ) {
    kinds.register(this);
  }

  async prepare(row: MailRow, run: Run): Promise<Letter | undefined> {
    const { due_at: dueAt, token_id: tokenId } = row.data as { due_at: string; token_id?: string };
    const user = await accountOfMail(run, row);
    if (user === undefined || user.deletionDueAt === null) return undefined;
    const issued = tokenId && (await this.tokens.findWithin(run, 'undo_deletion', tokenId));
    return {
      to: user.email,
      locale: user.locale,
      values: { name: user.fullName, time: dueAt },
      links: issued ? { undo: publicLink(this.config, 'account/undo-deletion', issued.token) } : {},
      expiresAt: user.deletionDueAt,
    };
  }
}
