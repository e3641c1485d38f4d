import type { Run } from '../database/hot-statements.js';
import { type AccountRecord, READ_ACCOUNT, READ_ACCOUNT_OF } from './account-statements.js';

export type Recipient = AccountRecord;

/** @returns the account, also one that was deactivated: it gets no token */
async function recipientById(run: Run, id: string): Promise<Recipient | undefined> {
  return (await run<Recipient>(READ_ACCOUNT, [id]))[0];
}

/** @param address normalised @returns the account of the address, also one that was deactivated */
export async function recipientByAddress(run: Run, address: string): Promise<Recipient | undefined> {
  return (await run<Recipient>(READ_ACCOUNT_OF, [address]))[0];
}

/** The account of a mail, which names it, or an address that somebody typed. */
export function recipientOf(
  run: Run,
  { userId, address }: { userId: string | null; address: string | null },
): Promise<Recipient | undefined> {
  return userId === null ? recipientByAddress(run, address ?? '') : recipientById(run, userId);
}
