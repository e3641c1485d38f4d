/** A mail that a change causes. What it says is decided when it is sent. */
export interface OutgoingMail {
  /** Names the `MailKind` and the texts. */
  readonly kind: string;
  /** The account that it concerns; with the account the mail is deleted. */
  readonly userId?: string | null | undefined;
  /** The address as a request gave it. */
  readonly address?: string | null | undefined;
  /** Languages that the reader prefers, as `acceptedLanguages` gives them. An account's own language comes first. */
  readonly language?: string | null | undefined;
  /** What the kind needs besides. It never has a secret. */
  readonly data?: object | undefined;
}
