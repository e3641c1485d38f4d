import type { Run } from '../database/hot-statements.js';
import { type AccountRecord, READ_ACCOUNT, READ_ACCOUNT_OF } from './account-statements.js';

/** @returns the account, also one that was deactivated: it gets no token */
async function accountById(run: Run, id: string): Promise<AccountRecord | undefined> {
  return (await run<AccountRecord>(READ_ACCOUNT, [id]))[0];
}

/** @param address normalised @returns the account of the address, also one that was deactivated */
export async function accountByAddress(run: Run, address: string): Promise<AccountRecord | undefined> {
  return (await run<AccountRecord>(READ_ACCOUNT_OF, [address]))[0];
}

/** The account of a mail, which names it, or an address that somebody typed. */
export function accountOfMail(
  run: Run,
  { userId, address }: { userId: string | null; address: string | null },
): Promise<AccountRecord | undefined> {
  return userId === null ? accountByAddress(run, address ?? '') : accountById(run, userId);
}
