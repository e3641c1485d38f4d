import { createHash } from 'node:crypto';

/** The form in which addresses are stored and compared: Unicode NFC, lower case, without white space at both ends. */
export function normaliseEmail(email: string): string {
  return email.normalize('NFC').trim().toLowerCase();
}

/** The SHA-256 digest of the address, in base64url: a short name of an account for keys and tokens, which does not show the address. */
export function digestOfEmail(email: string): string {
  return createHash('sha256').update(normaliseEmail(email)).digest('base64url');
}
