import type { Run } from '../database/hot-statements.js';

/** A row of the outbox, as a kind gets it. */
export interface MailRow {
  readonly id: string;
  readonly kind: string;
  readonly userId: string | null;
  readonly address: string | null;
  readonly language: string | null;
  readonly data: Record<string, unknown>;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Whether an earlier attempt has prepared the letter: then a one-time token exists. */
  readonly isPrepared: boolean;
}

/** What one mail says. */
export interface Letter {
  /** Names the texts; the kind by default. */
  readonly template?: string;
  readonly to: string;
  /** Of the account; `null` without one. */
  readonly locale: string | null;
  /** Placeholders of the texts. */
  readonly values: Record<string, string>;
  /** Placeholders of the links, with absolute URLs. */
  readonly links: Record<string, string>;
  /** After it, nothing is sent. */
  readonly expiresAt: Date;
}

/** A kind of mails: it finds out whom a mail goes to, and what it says. */
export interface MailKind {
  readonly kind: string;

  /**
   * Prepares the letter, at each attempt, in a short transaction that also marks the row as prepared. So a one-time token is made at
   * the first attempt, when `row.isPrepared` is false, and is the same at the others.
   * @returns `undefined` where nothing is sent and the row is removed: no such account, or the token is used or superseded
   * @throws Error of the driver; then the mail is tried again later
   */
  prepare(row: MailRow, run: Run): Promise<Letter | undefined>;
}
