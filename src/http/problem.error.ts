import { HttpException } from '@nestjs/common';
import { type Problem, type ProblemCode, problemOf, type ProblemOverrides } from './problems.js';

/** An expected failure that the client gets as an answer, with a code of the catalogue. */
export class ProblemError extends HttpException {
  readonly problem: Problem & { readonly code: ProblemCode };

  /** @param overrides what differs from the catalogue's entry in this answer */
  constructor(code: ProblemCode, { cause, ...overrides }: ProblemOverrides & { cause?: unknown } = {}) {
    const problem = problemOf(code, overrides);
    super(problem.detail, problem.status, { cause });
    this.name = 'ProblemError';
    this.problem = { ...problem, code };
  }
}

/** The problems that more than one folder throws. */
export const Problems = {
  tokenMissing: () => new ProblemError('token_missing'),
  tokenInvalid: () => new ProblemError('token_invalid'),
  tokenExpired: () => new ProblemError('token_expired'),
  tokenRevoked: () => new ProblemError('token_revoked'),
  forbidden: (detail?: string) => new ProblemError('forbidden', { detail }),
  notFound: (detail?: string) => new ProblemError('not_found', { detail }),
  unavailable: (detail?: string, cause?: unknown) =>
    new ProblemError('temporarily_unavailable', { detail, cause }),
};
