import { registerAuditActions } from '../audit/audit-action.js';

export const CLIENT_ACTIONS = registerAuditActions(
  'client.created',
  'client.updated',
  'client.secret_renewed',
  'client.ended',
  'client.authentication_failed',
);

declare module '../audit/audit-action.js' {
  interface AuditActions {
    clients: (typeof CLIENT_ACTIONS)[number];
  }
}
