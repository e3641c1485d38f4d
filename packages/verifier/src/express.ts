import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Authenticated, PROBLEM_TYPE, verifyAuthorization } from './authorization.js';
import type { Verifier } from './verifier.js';
import { VerifierError } from './verifier-error.js';

export type { Authenticated } from './authorization.js';

/**
 * Middleware for Express and Connect: sets `request.user`, or answers with a problem (RFC 9457).
 *
 * @example app.use('/api', authenticate(verifier))
 */
export function authenticate(verifier: Verifier) {
  return (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void => {
    verify(verifier, request).then(
      (user) => {
        (request as Authenticated<IncomingMessage>).user = user;
        next();
      },
      (error: unknown) => {
        if (!(error instanceof VerifierError)) return next(error);
        response.writeHead(error.status, { ...error.headers, 'content-type': PROBLEM_TYPE });
        response.end(JSON.stringify(error.toProblem()));
      },
    );
  };
}

const verify = async (verifier: Verifier, { headers }: IncomingMessage) =>
  verifyAuthorization(verifier, headers.authorization);
