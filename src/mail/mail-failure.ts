/** The lease of the mail has ended, or the mail has expired: this sender does not send it. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** What nodemailer says of a failure. */
interface SmtpError {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly responseCode?: unknown;
  readonly message?: unknown;
}

const MAX_LENGTH = 300;
/** The server asks for a login, or refuses it: that is no fault of the mail (RFC 4954 §6). */
const OF_LOGINS = [530, 534, 535, 538];

/**
 * Whether the mail itself was refused for good: by a 5xx answer (RFC 5321 §4.2.1) to its receiver or its content. What a server
 * says of the sender, the login or the connection is for the operator to mend, and the mail is tried again.
 */
export function isRefusal(error: unknown): boolean {
  const { code, command, responseCode } = Object(error) as SmtpError;
  if (code === 'EENVELOPE' && command === 'API') return true;
  const status = Number(responseCode);
  const isOfMail = command === 'RCPT TO' || command === 'DATA';
  return isOfMail && status >= 500 && status < 600 && !OF_LOGINS.includes(status);
}

/**
 * Why an attempt failed, for the log and for operators. Servers quote what they refuse: addresses, links and whatever could be
 * a token are left out.
 */
export function reasonOfFailure(error: unknown): string {
  const { message, code } = Object(error) as SmtpError;
  return String(message || code || error)
    .replace(/\p{C}+/gu, ' ')
    .replace(/https?:\/*\S+/gi, '[link]')
    .replace(/\S*token=\S*/gi, '[link]')
    .replace(/[^\s<>]+@[^\s<>]+/g, '[address]')
    .replace(/[\w+/=-]{20,}/g, '[…]')
    .slice(0, MAX_LENGTH);
}
