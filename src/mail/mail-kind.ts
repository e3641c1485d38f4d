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
  readonly isPrepared: boolean;
}

/** What one mail says. */
export interface Letter {
  /** Of the catalog; the kind by default. */
  readonly template?: string;
  readonly to: string;
  /** Of the account. */
  readonly locale: string | null;
  readonly values: Record<string, string>;
  readonly links: Record<string, string>;
  readonly expiresAt: Date;
}

export interface MailKind {
  readonly kind: string;
  prepare(row: MailRow, run: Run): Promise<Letter | undefined>;
}
