import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import type { Run } from '../database/hot-statements.js';
import { publicLink } from '../mail/links.js';
import type { Letter, MailRow } from '../mail/mail-kind.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import type { AccountRecord } from './account-statements.js';

/** Letters whose link sets a new password. */
@Injectable()
export class ResetLetters {
  constructor(
    private readonly tokens: OneTimeTokens,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param lifeSeconds of the link; that of a forgotten password by default
   * @returns `undefined` for a deactivated account, and once the token was used or replaced
   */
  async write(
    user: AccountRecord,
    row: MailRow,
    run: Run,
    lifeSeconds?: number,
  ): Promise<Letter | undefined> {
    const toIssue = { purpose: 'reset_password' as const, userId: user.id };
    const issued = await this.tokens.ofMailWithin(run, row, {
      ...toIssue,
      ...(lifeSeconds !== undefined && { lifeSeconds }),
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
