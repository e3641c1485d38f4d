import { HttpException } from '@nestjs/common';
import { type Problem, VerifierError, type VerifierErrorStatus } from '../verifier-error.js';

/** The words of Apollo, which clients of GraphQL know. */
const GRAPHQL_CODES: Record<VerifierErrorStatus, string> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  503: 'SERVICE_UNAVAILABLE',
};

/**
 * A refusal as Nest's exception: every filter answers with its status, 401, 403 or 503, and the problem as body. The filter of
 * the module adds the headers.
 */
export class VerifierException extends HttpException {
  /** `www-authenticate` or `retry-after` */
  readonly headers: Readonly<Record<string, string>>;
  /** RFC 9457 */
  readonly problem: Problem;
  /** Of the error in the answer of a GraphQL server. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(error: VerifierError) {
    const problem = error.toProblem();
    super(problem, error.status, { cause: error });
    this.problem = problem;
    this.headers = error.headers;
    this.extensions = { code: GRAPHQL_CODES[error.status], problem };
  }
}
