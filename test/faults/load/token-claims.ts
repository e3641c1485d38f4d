/** The claims that tests read. */
export interface TokenClaims {
  readonly sid: string;
  readonly jti: string;
  /** Seconds since 1970. */
  readonly exp: number;
}

/** Reads a token's claims. Nothing is verified. */
export function claimsOf(token: string): TokenClaims {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as TokenClaims;
}

/** When a token expires, in monotonic milliseconds of this process. */
export const expiryOf = (token: string): number =>
  performance.now() + (claimsOf(token).exp * 1000 - Date.now());
