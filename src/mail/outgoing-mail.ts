/** A mail that a change asks for. The rest is looked up when it is written. */
export interface OutgoingMail {
  readonly kind: string;
  /** Whose mail it is; its address is used unless another one is given. */
  readonly userId?: string | null | undefined;
  readonly address?: string | null | undefined;
  /** What the request prefers, for a person who has not said. */
  readonly language?: string | null | undefined;
  /** Never a secret. */
  readonly data?: object | undefined;
}
