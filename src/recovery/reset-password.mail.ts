import { Injectable } from '@nestjs/common';
import { noteWithin } from '../audit/audit.service.js';
import { type Actor, SERVICE_ACTOR } from '../common/actor.js';
import type { Run } from '../database/hot-statements.js';
import type { Letter, MailKind, MailRow } from '../mail/mail-kind.js';
import { MailKinds } from '../mail/mail-kinds.js';
import { accountOfMail } from '../users/account-lookups.js';
import { ResetLetters } from '../users/reset-letters.js';

/** The link that sets a new password. An address without an active account gets no mail. */
@Injectable()
export class ResetPasswordMail implements MailKind {
  readonly kind = 'reset_password';

  constructor(
    kinds: MailKinds,
    private readonly letters: ResetLetters,
  ) {
    kinds.register(this);
  }

  async prepare(row: MailRow, run: Run): Promise<Letter | undefined> {
    const user = await accountOfMail(run, row);
    const letter = user && (await this.letters.write(user, row, run));
    if (letter !== undefined && !row.isPrepared)
      await noteWithin(run, 'user.password_reset_requested', actorOf(row), { userId: user?.id });
    return letter;
  }
}

/** Who asked for the mail, as far as the request was kept. */
const actorOf = ({ data }: MailRow): Actor => ({
  ...SERVICE_ACTOR,
  ...(data['by'] as Partial<Actor> | undefined),
});
