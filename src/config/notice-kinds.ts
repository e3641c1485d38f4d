/** Mails that say what happened to an account. */
export const NOTICE_KINDS = [
  'new_device',
  'password_changed',
  'email_changed',
  'refresh_token_reuse',
  'account_deactivated',
] as const;

export type NoticeKind = (typeof NOTICE_KINDS)[number];
