import type { HotStatement, Run } from '../database/hot-statements.js';
import type { User } from './user.entity.js';

export type Recipient = Pick<User, 'id' | 'email' | 'fullName' | 'locale' | 'emailVerified' | 'isActive'>;

const COLUMNS = `id, email, full_name AS "fullName", locale, email_verified AS "emailVerified", is_active AS "isActive"`;

const BY_ID: HotStatement = {
  name: 'recipient_by_id',
  text: `SELECT ${COLUMNS} FROM users WHERE id = $1`,
};

const BY_ADDRESS: HotStatement = {
  name: 'recipient_by_address',
  text: `SELECT ${COLUMNS} FROM users WHERE email = $1`,
};

/** @returns the account, also one that was deactivated: it gets no token */
export async function recipientById(run: Run, id: string): Promise<Recipient | undefined> {
  return (await run<Recipient>(BY_ID, [id]))[0];
}

/** @param address normalised @returns the account of the address, also one that was deactivated */
export async function recipientByAddress(run: Run, address: string): Promise<Recipient | undefined> {
  return (await run<Recipient>(BY_ADDRESS, [address]))[0];
}

/** The account of a mail, which names it, or an address that somebody typed. */
export function recipientOf(
  run: Run,
  { userId, address }: { userId: string | null; address: string | null },
): Promise<Recipient | undefined> {
  return userId === null ? recipientByAddress(run, address ?? '') : recipientById(run, userId);
}
