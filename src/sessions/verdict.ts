import type { Principal } from '../common/principal.js';

/** Claims of an access token whose signature, type and times were checked (RFC 9068 §2.2). */
export interface AccessClaims {
  /** User id. */
  readonly sub: string;
  /** Session id. */
  readonly sid: string;
  readonly jti: string;
  readonly iss?: string;
  readonly aud?: string;
  /** The OAuth client of the session, else `APP_NAME`; absent in tokens of version 0.1.0, as is `auth_time`. */
  readonly client_id?: string;
  /** When the session was opened, seconds since the epoch. */
  readonly auth_time?: number;
  readonly iat: number;
  /** Seconds since the epoch. */
  readonly exp: number;
}

export type Verdict =
  { readonly outcome: 'accepted'; readonly principal: Principal } | { readonly outcome: 'revoked' };
