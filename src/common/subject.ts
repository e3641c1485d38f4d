/** Whom a change or a token is about (the claim `sub`): an account, or an OAuth client by itself. */
export interface Subject {
  readonly kind: 'user' | 'client';
  readonly id: string;
}
