import { randomUUID } from 'node:crypto';
import { HotStatements } from '../../src/database/hot-statements.js';
import type { Letter, MailRow } from '../../src/mail/mail-kind.js';
import { MailKinds } from '../../src/mail/mail-kinds.js';
import { MailSenderService } from '../../src/mail/mail-sender.service.js';
import type { TokenPurpose } from '../../src/one-time-tokens/one-time-token.js';
import { OneTimeTokens } from '../../src/one-time-tokens/one-time-tokens.service.js';
import type { AppInProcess } from './app-in-process.js';

/** Stops the sender: rows of the outbox stay, and no mail that is written meanwhile ends the token of another one. */
export const keepMails = (app: AppInProcess): Promise<void> =>
  app.get(MailSenderService).beforeApplicationShutdown();

/** What the kind writes for a row of the outbox, as the sender has it written; `undefined` for no mail. */
export async function letterOf(
  app: AppInProcess,
  kind: string,
  row: Partial<MailRow>,
): Promise<Letter | undefined> {
  const found = app.get(MailKinds).get(kind);
  if (found === undefined) throw new TypeError(`there is no kind of mail ${kind}`);
  const now = new Date();
  const fresh: MailRow = {
    id: randomUUID(),
    kind,
    userId: null,
    address: null,
    language: null,
    data: {},
    createdAt: now,
    expiresAt: now,
    isPrepared: false,
  };
  return app.get(HotStatements).transaction(({ run }) => found.prepare({ ...fresh, ...row }, run));
}

/** The token of the first link of the letter. */
export function tokenOf(letter: Letter | undefined): string {
  const { hash } = new URL(letter?.links['link'] ?? '');
  return hash.replace(/^#token=/, '');
}

/** What a mail has as the token. @param id of the row @throws TypeError when it is not good any more */
export async function mailedToken(app: AppInProcess, purpose: TokenPurpose, id: string): Promise<string> {
  const tokens = app.get(OneTimeTokens);
  const found = await app.get(HotStatements).transaction(({ run }) => tokens.findWithin(run, purpose, id));
  if (found === undefined) throw new TypeError(`no token for ${purpose} is good`);
  return found.token;
}
