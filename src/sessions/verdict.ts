import type { Principal } from '../common/principal.js';

/** Claims of an access token whose signature, type and times were checked (RFC 9068 §2.2). */
export interface AccessClaims {
  /** User id. */
  readonly sub: string;
  /** Session id. */
  readonly sid: string;
  readonly jti: string;
  readonly iat: number;
  /** Seconds since the epoch. */
  readonly exp: number;
}

export type Verdict =
  { readonly outcome: 'accepted'; readonly principal: Principal } | { readonly outcome: 'revoked' };
