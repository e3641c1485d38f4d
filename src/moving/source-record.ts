import type { RefusedRecord } from './refused-record.js';

/** Where a record is in its file. Both count from 1. */
export interface Place {
  /** The line on which the record begins. */
  readonly line: number;
  readonly record: number;
}

/** A record of a file, before its format gives it a meaning; or why it has none. */
export type SourceRecord = { readonly line: number } & (
  { readonly value: Readonly<Record<string, unknown>> } | { readonly refused: RefusedRecord }
);

/** An account as a format describes it. Nothing is checked. */
export interface SourceAccount {
  readonly id?: unknown;
  readonly email?: unknown;
  readonly email_verified?: unknown;
  readonly full_name?: unknown;
  /** Several where the source has several. */
  readonly roles?: readonly unknown[];
  readonly is_active?: unknown;
  /** In any form that `canonicalHash` knows. */
  readonly password_hash?: unknown;
  readonly locale?: unknown;
  readonly created_at?: unknown;
  readonly updated_at?: unknown;
}
