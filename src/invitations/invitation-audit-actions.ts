import { registerAuditActions } from '../audit/audit-action.js';

export const INVITATION_ACTIONS = registerAuditActions(
  'invitation.created',
  'invitation.resent',
  'invitation.ended',
  'invitation.accepted',
);

declare module '../audit/audit-action.js' {
  interface AuditActions {
    invitations: (typeof INVITATION_ACTIONS)[number];
  }
}
