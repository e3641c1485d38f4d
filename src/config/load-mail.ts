import { resolve } from 'node:path';
import type { AppConfig } from './app-config.js';
import { certificatesOf } from './certificates.js';
import { ConfigurationError } from './configuration.error.js';
import type { Environment } from './environment.js';
import { parseMailFrom } from './mail-from.js';
import type { MailTransportConfig } from './mail-transport.js';
import { lastReadable, readSecretFile, readText } from './secret-files.js';
import { parseSmtpUrl } from './smtp-url.js';

const DEVELOPMENT_SENDER = 'ERGODRIVE <no-reply@localhost>';
const MAX_CA_BYTES = 1_048_576;

/**
 * How mails are sent. Without `SMTP_URL` they become files in development, and none are sent in production.
 * @throws ConfigurationError that names the variable, and no secret
 */
export function loadMail(environment: Environment, issuerUrl: string): AppConfig['mail'] {
  const { MAIL_FROM, PUBLIC_URL, MAIL_CATALOGS_DIR, SMTP_URL } = environment;
  if (MAIL_FROM === undefined && SMTP_URL !== undefined)
    throw new ConfigurationError(['MAIL_FROM is required with SMTP_URL']);
  const from = MAIL_FROM ?? DEVELOPMENT_SENDER;
  parseMailFrom(from);
  return {
    transport: transportOf(environment),
    from,
    publicUrl: PUBLIC_URL?.replace(/\/+$/, '') ?? issuerUrl,
    catalogsDir: MAIL_CATALOGS_DIR,
  };
}

function transportOf(environment: Environment): MailTransportConfig | undefined {
  const { SMTP_URL: url, SMTP_URL_FILE: file, SMTP_TLS_CA_FILE: caFile } = environment;
  if (url !== undefined) {
    const target = parseSmtpUrl(url);
    const reread = file && lastReadable(target, () => parseSmtpUrl(readSecretFile('SMTP_URL', file)));
    return { kind: 'smtp', current: reread || (() => target), ca: caOf(caFile) };
  }
  if (caFile !== undefined) throw new ConfigurationError(['SMTP_TLS_CA_FILE needs SMTP_URL too']);
  if (environment.NODE_ENV === 'production') return undefined;
  return { kind: 'files', folder: resolve(environment.DATA_DIR, 'mail') };
}

function caOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const rule = (words: string) => new ConfigurationError([`SMTP_TLS_CA_FILE ${words}`]);
  const ca = readText(file, MAX_CA_BYTES, rule);
  certificatesOf(ca, rule);
  return ca;
}
