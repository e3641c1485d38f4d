import { registerAuditActions } from '../audit/audit-action.js';

/** `user.erased` is written by a trigger, in the transaction that deletes the account. */
export const ERASURE_ACTIONS = registerAuditActions(
  'user.erasure_requested',
  'user.erasure_failed',
  'user.erasure_undone',
  'user.erased',
  'user.data_exported',
);

declare module '../audit/audit-action.js' {
  interface AuditActions {
    erasure: (typeof ERASURE_ACTIONS)[number];
  }
}
