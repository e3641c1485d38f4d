import type { SmtpTarget } from './smtp-url.js';

/** A mail server. */
export interface SmtpConfig {
  readonly kind: 'smtp';
  /** The server as `SMTP_URL`, or its file at this moment, names it. */
  readonly current: () => SmtpTarget;
  /** PEM text: the authorities that may sign the server's certificate, instead of those of Node.js. */
  readonly ca: string | undefined;
}

/** Mails become log lines and files, for development. */
export interface MailFilesConfig {
  readonly kind: 'files';
  readonly folder: string;
}

/** Where mails go. */
export type MailTransportConfig = SmtpConfig | MailFilesConfig;
