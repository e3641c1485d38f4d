/** What a one-time token is good for. */
export type TokenPurpose =
  | 'reset_password'
  | 'verify_email'
  | 'register'
  | 'change_email'
  | 'undo_email_change'
  | 'undo_deletion'
  | 'end_sessions'
  | 'accept_invitation';

/** What a token of a purpose depends on, beside the account. */
export interface PurposeRules {
  /** `credential`: address and password; `address`: the address alone. A change of it ends the token. */
  readonly bindsTo: 'credential' | 'address' | 'nothing';
  /** Whether a new token ends the earlier ones of the account or address. */
  readonly replaces: boolean;
  /** How long a token holds where its issuer does not say: the configured minutes, or days. */
  readonly life: 'short' | 'long';
}

export const PURPOSE_RULES: Readonly<Record<TokenPurpose, PurposeRules>> = {
  reset_password: { bindsTo: 'credential', replaces: true, life: 'short' },
  verify_email: { bindsTo: 'address', replaces: true, life: 'short' },
  // A stranger who registers the address again must not end the token of its owner.
  register: { bindsTo: 'nothing', replaces: false, life: 'short' },
  change_email: { bindsTo: 'credential', replaces: true, life: 'short' },
  // A thief who changes the address twice must not end the undo of the first change.
  undo_email_change: { bindsTo: 'nothing', replaces: false, life: 'long' },
  // It must work after a thief changed the address.
  undo_deletion: { bindsTo: 'nothing', replaces: true, life: 'long' },
  // It must work after a thief changed address and password.
  end_sessions: { bindsTo: 'nothing', replaces: false, life: 'long' },
  accept_invitation: { bindsTo: 'nothing', replaces: true, life: 'long' },
};

export const ALL_PURPOSES = Object.keys(PURPOSE_RULES) as TokenPurpose[];

/** Whose token it is, and what it carries. */
export interface TokenGrant {
  readonly purpose: TokenPurpose;
  /** `null` for a token of an address that has no account yet. */
  readonly userId: string | null;
  readonly address: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface TokenToIssue extends Partial<TokenGrant> {
  readonly purpose: TokenPurpose;
  /** The token is derived from it and the purpose: the same ones give the same token. A new one by default. */
  readonly id?: string;
  /** Seconds; that of the purpose by default. */
  readonly lifeSeconds?: number;
}

export interface IssuedToken {
  readonly id: string;
  /** The secret, in base64url. It is stored nowhere. */
  readonly token: string;
  readonly expiresAt: Date;
}
