import type { RefreshClaims, TokenService } from '../auth/token.service.js';
import { ProblemError } from '../http/problem.error.js';
import type { AccessClaims } from '../sessions/verdict.js';

/** A token with a valid signature that has not expired. Its session may have ended. */
export type PresentedToken =
  | { readonly kind: 'access'; readonly claims: AccessClaims }
  | { readonly kind: 'refresh'; readonly claims: RefreshClaims };

/**
 * Finds out what a token is. The header's `typ` decides, so `token_type_hint` only says what is tried first (RFC 7009 §2.1).
 * @returns `undefined` for text that is none of this service's tokens, and for an expired one
 */
export function readToken(
  tokens: TokenService,
  token: string,
  hint: string | undefined,
): PresentedToken | undefined {
  const access = () => unlessRefused(() => ({ kind: 'access', claims: tokens.verifyAccess(token) }) as const);
  const refresh = () =>
    unlessRefused(() => ({ kind: 'refresh', claims: tokens.verifyRefresh(token) }) as const);
  return hint === 'refresh_token' ? (refresh() ?? access()) : (access() ?? refresh());
}

function unlessRefused<T>(verify: () => T): T | undefined {
  try {
    return verify();
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}
