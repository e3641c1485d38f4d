/** Why the service ends sessions, as events and the audit trail give it. */
export type RevokeReason =
  | 'logout'
  | 'revoked_by_user'
  | 'revoked_by_admin'
  | 'refresh_token_reuse'
  | 'password_changed'
  | 'password_reset'
  | 'email_change_undone'
  | 'reported_by_owner'
  | 'account_claimed'
  | 'user_deactivated'
  | 'user_erased'
  | 'too_many_sessions'
  | 'client_ended'
  | 'ended_for_everybody';
