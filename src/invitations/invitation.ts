export const INVITATION_STATES = ['pending', 'accepted', 'expired', 'ended'] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];

/** An invitation of one address, as admins see it. The token is with whoever reads the mail. */
export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly locale: string | null;
  /** Who sent the latest mail; `null` after the account was deleted. */
  readonly invitedBy: string | null;
  readonly state: InvitationState;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly acceptedAt: Date | null;
  readonly endedAt: Date | null;
}

/** An invitation that was neither accepted nor ended. */
export interface OpenInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly locale: string | null;
  readonly invitedBy: string | null;
  /** Whether the person who invited is an active admin. */
  readonly isBacked: boolean;
}
