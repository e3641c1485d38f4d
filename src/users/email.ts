/** The form in which addresses are stored and compared: Unicode NFC, lower case, without white space at both ends. */
export function normaliseEmail(email: string): string {
  return email.normalize('NFC').trim().toLowerCase();
}
