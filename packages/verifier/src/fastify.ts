import { type Authenticated, PROBLEM_TYPE, verifyAuthorization } from './authorization.js';
import type { Verifier } from './verifier.js';
import { VerifierError } from './verifier-error.js';

export type { Authenticated } from './authorization.js';

/** The members of Fastify's request and reply that the hook uses. */
interface Request {
  headers: { authorization?: string };
}
interface Reply {
  code(status: number): this;
  headers(headers: Record<string, string>): this;
  send(payload: string): this;
}

/**
 * A hook for `onRequest` or `preHandler`: sets `request.user`, or answers with a problem (RFC 9457).
 *
 * @example app.addHook('onRequest', authenticate(verifier))
 */
export function authenticate(verifier: Verifier) {
  return async (request: Request, reply: Reply): Promise<Reply | undefined> => {
    try {
      const user = await verifyAuthorization(verifier, request.headers.authorization);
      (request as Authenticated<Request>).user = user;
      return undefined;
    } catch (error) {
      if (!(error instanceof VerifierError)) throw error;
      const headers = { ...error.headers, 'content-type': PROBLEM_TYPE };
      return reply.code(error.status).headers(headers).send(JSON.stringify(error.toProblem()));
    }
  };
}
