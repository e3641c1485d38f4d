import type { Principal } from './principal.js';
import type { Verifier } from './verifier.js';
import { VerifierError } from './verifier-error.js';

/**
 * Verifies the bearer token of a request (RFC 6750 §2.1).
 *
 * @param authorization the header of this name
 * @throws VerifierError `token_missing` without a bearer token, else as `verify`
 */
export async function verifyAuthorization(
  verifier: Verifier,
  authorization: string | undefined,
): Promise<Principal> {
  const [, token] = /^Bearer +([\w~+/.-]+=*) *$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) throw new VerifierError('token_missing');
  return verifier.verify(token);
}

/** What the middleware adds to a request. */
export type Authenticated<Request> = Request & { user: Principal };

export const PROBLEM_TYPE = 'application/problem+json';
