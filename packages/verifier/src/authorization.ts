import type { Principal } from './principal.js';
import type { Verifier } from './verifier.js';
import { VerifierError } from './verifier-error.js';

const SCHEME = 'Bearer ';

/**
 * Verifies the bearer token of a request (RFC 6750 §2.1).
 *
 * @param authorization the header of this name
 * @returns the principal of a remembered token at once, else a promise
 * @throws VerifierError `token_missing` without a bearer token, else as `verify`
 */
export function verifyAuthorization(verifier: Verifier, authorization = ''): Principal | Promise<Principal> {
  // A token that is remembered is well-formed, so a header in the usual spelling is not parsed again.
  const known = authorization.startsWith(SCHEME) && verifier.verifyAtOnce(authorization.slice(SCHEME.length));
  return known || verifier.verify(bearerOf(authorization));
}

/** The token of the header. @throws VerifierError `token_missing` */
export function bearerOf(authorization = ''): string {
  const [, token] = /^Bearer +([\w~+/.-]+=*) *$/i.exec(authorization) ?? [];
  if (token === undefined) throw new VerifierError('token_missing');
  return token;
}

export interface RequestWithHeaders {
  headers: { authorization?: string };
}

/** What the middleware adds to a request. */
export type Authenticated<Request> = Request & { user: Principal };

export const PROBLEM_TYPE = 'application/problem+json';
