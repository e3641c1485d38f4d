/**
 * What requests see of an account: columns of the table `users`, members of a cache entry and of `GET /users/me`. No secret is in it.
 * A new member is added here; the compiler then names the other places.
 */
export interface Account {
  readonly id: string;
  readonly email: string;
  /** Whether somebody with access to the mailbox has proved it. */
  readonly email_verified: boolean;
  readonly full_name: string;
  readonly role: string;
  readonly is_active: boolean;
  /** Of mails; `null` where the person has not said. */
  readonly locale: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

const COLUMNS: Record<keyof Account, true> = {
  id: true,
  email: true,
  email_verified: true,
  full_name: true,
  role: true,
  is_active: true,
  locale: true,
  created_at: true,
  updated_at: true,
};

/** The columns of `users` that an {@link Account} has. */
export const ACCOUNT_COLUMNS: readonly string[] = Object.keys(COLUMNS);

/** A row of `users`, or anything else that has an account's members. */
export interface AccountRow extends Omit<Account, 'created_at' | 'updated_at'> {
  readonly created_at: Date | string;
  readonly updated_at: Date | string;
}

/**
 * Picks the account and nothing else. Add more members with `Object.assign`: to spread an account takes several microseconds, and
 * every request does it.
 */
export function accountOf(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    email_verified: row.email_verified,
    full_name: row.full_name,
    role: row.role,
    is_active: row.is_active,
    locale: row.locale,
    created_at: textOf(row.created_at),
    updated_at: textOf(row.updated_at),
  };
}

const textOf = (time: Date | string): string => (typeof time === 'string' ? time : time.toISOString());

/** Who a request acts as, once its access token was judged. */
export interface Principal extends Account {
  /** `sid` of the access token: the session it belongs to. */
  readonly sessionId: string;
  /** `jti` of the access token. */
  readonly tokenId: string;
  /** `exp` of the access token, seconds since the epoch. */
  readonly tokenExpiresAt: number;
}
