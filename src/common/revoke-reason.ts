interface Meaning {
  /** What the user changed with it, which the feed reports by an event of its own (CAEP `credential-change`). */
  readonly changedCredential: 'password' | undefined;
}

const ONLY_THE_SESSION: Meaning = { changedCredential: undefined };

/** Why the service ends sessions, as events and the audit trail give it, and what each reason means beside the end of the session. */
export const REVOKE_REASONS = {
  logout: ONLY_THE_SESSION,
  revoked_by_user: ONLY_THE_SESSION,
  revoked_by_admin: ONLY_THE_SESSION,
  refresh_token_reuse: ONLY_THE_SESSION,
  password_changed: { changedCredential: 'password' },
  user_deactivated: ONLY_THE_SESSION,
  too_many_sessions: ONLY_THE_SESSION,
  client_ended: ONLY_THE_SESSION,
} as const satisfies Record<string, Meaning>;

export type RevokeReason = keyof typeof REVOKE_REASONS;

/** What a reason of the log means. An operator may have written any other one: then only the session has ended. */
export const meaningOf = (reason: string | null): Meaning =>
  reason !== null && Object.hasOwn(REVOKE_REASONS, reason)
    ? REVOKE_REASONS[reason as RevokeReason]
    : ONLY_THE_SESSION;
