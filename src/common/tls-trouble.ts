import { isNativeError } from 'node:util/types';

/** Codes of OpenSSL's verification, and of the check of the name. */
const REFUSED_CERTIFICATE = /CERT|^UNABLE_TO_|^INVALID_CA$|^INVALID_PURPOSE$|^PATH_LENGTH_EXCEEDED$/;
/** node-postgres has no code for it. */
const NO_TLS = 'The server does not support SSL connections';

interface TlsError extends Error {
  readonly code?: string;
  /** OpenSSL's words. */
  readonly reason?: string;
}

/** What went wrong with TLS, in words for a log line; `undefined` for every other error. */
export function tlsTrouble(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  const { message, code = '', reason } = error as TlsError;
  // OpenSSL's own message begins with the number of a thread, and differs each time.
  if (code.startsWith('ERR_SSL_')) return `TLS failed: ${reason ?? code}`;
  if (REFUSED_CERTIFICATE.test(code)) return `the certificate of the server is refused: ${message}`;
  return message === NO_TLS ? 'the server does not offer TLS' : undefined;
}
