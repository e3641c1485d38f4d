import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { NoticeKind } from '../config/notice-kinds.js';
import type { Run } from '../database/hot-statements.js';
import { Limiters } from '../limits/limiters.js';
import { publicLink } from '../mail/links.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { accountOfMail } from '../users/account-lookups.js';
import type { AccountRecord } from '../users/account-statements.js';
import { deviceLine } from './device-line.js';

/** Of one kind and account in 15 minutes: nobody fills a mailbox by logging in again and again. */
const NOTICES_PER_ACCOUNT = 3;

/** `email_changed` is a kind of its own: it has an undo instead, and goes to the former address. */
const KINDS = [
  'new_device',
  'password_changed',
  'refresh_token_reuse',
  'account_deactivated',
] as const satisfies readonly NoticeKind[];

/**
 * Mails that tell the owner of an account what happened to it (OWASP ASVS 5.0, 6.3.5 and 6.3.7). Each has a link that ends every session.
 * A deactivated account has no session to end, so its notice has no link.
 */
@Injectable()
export class NoticeMails {
  constructor(
    kinds: MailKinds,
    private readonly tokens: OneTimeTokens,
    private readonly limiters: Limiters,
    private readonly config: AppConfig,
  ) {
    for (const kind of KINDS) kinds.register(this.ofKind(kind));
  }

  private ofKind(kind: (typeof KINDS)[number]): MailKind {
    return {
      kind,
      prepare: async (row, run) => {
        const user = await this.recipient(kind, row, run);
        return user && this.write(user, row, run);
      },
    };
  }

  /** Whom the notice goes to; nobody for a kind that is switched off, beyond the limit, and once it is not true any more. */
  private async recipient(kind: NoticeKind, row: MailRow, run: Run): Promise<AccountRecord | undefined> {
    if (!this.config.notices.includes(kind)) return undefined;
    const user = await accountOfMail(run, row);
    if (user === undefined || user.isActive === (kind === 'account_deactivated')) return undefined;
    const limit = { name: `notice-${kind.replaceAll('_', '-')}`, attempts: NOTICES_PER_ACCOUNT };
    // Each mail counts once, however often it is written.
    const isCounted = row.isPrepared || (await this.limiters.takeWithin(run, limit, user.id));
    return isCounted ? user : undefined;
  }

  private async write(user: AccountRecord, row: MailRow, run: Run): Promise<Letter | undefined> {
    const toIssue = { purpose: 'end_sessions' as const, userId: user.id };
    const issued = user.isActive ? await this.tokens.ofMailWithin(run, row, toIssue) : undefined;
    // The link was used before the mail could be sent, or the account was deactivated just now.
    if (user.isActive && issued === undefined) return undefined;
    return {
      to: user.email,
      locale: user.locale,
      values: { name: user.fullName, time: row.createdAt.toISOString(), ...ofLogin(row) },
      links: issued ? { not_me: publicLink(this.config, 'account/end-sessions', issued.token) } : {},
      expiresAt: issued?.expiresAt ?? row.expiresAt,
    };
  }
}

/** What a login from a new device adds. */
function ofLogin({ data }: MailRow): Record<string, string> {
  const { user_agent: userAgent, ip } = data as { user_agent?: string | null; ip?: string | null };
  return userAgent === undefined ? {} : { device: deviceLine(userAgent), network: ip ?? '?' };
}
