import type { AsymmetricKey } from './jwk.js';

/** `JWT_SECRET` as a key of access tokens. Its tokens have no `kid`. */
export interface SecretKey {
  readonly algorithm: 'HS256';
  readonly kid: undefined;
  /** Seconds since the epoch: a token that expires later is refused. Absent while this key signs. */
  readonly acceptedUntil: number | undefined;
}

export type SigningKey = AsymmetricKey | SecretKey;

/** The first key signs, all verify. */
export type SigningKeySet = readonly [SigningKey, ...SigningKey[]];
