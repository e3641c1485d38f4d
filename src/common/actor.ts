/** Who does something, and from where, as sessions and the audit trail keep it. */
export interface Actor {
  /** User id; `null` for a caller without a token and for the service itself. */
  readonly id: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** The service itself: clean-ups and limits. */
export const SERVICE_ACTOR: Actor = { id: null, ip: null, userAgent: null };
