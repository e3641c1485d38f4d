import { Injectable } from '@nestjs/common';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';

/** The last mail of an account. Nothing of the account is left but the address in this row, which goes when the mail is sent. */
@Injectable()
export class AccountDeletedMail implements MailKind {
  readonly kind = 'account_deleted';

  constructor(kinds: MailKinds) {
    kinds.register(this);
  }

  prepare({ address, expiresAt }: MailRow): Promise<Letter | undefined> {
    return Promise.resolve(
      address === null ? undefined : { to: address, locale: null, values: {}, links: {}, expiresAt },
    );
  }
}
