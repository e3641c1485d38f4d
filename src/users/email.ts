/** Two spellings of one mailbox are one account: Unicode NFC, without outer space, in lower case. */
export function normaliseEmail(email: string): string {
  return email.normalize('NFC').trim().toLowerCase();
}
