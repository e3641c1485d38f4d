import { HttpException } from '@nestjs/common';

export interface FieldError {
  field: string;
  message: string;
}

/** What RFC 9457 calls a problem: `code` is stable for programs, `detail` is for people. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  errors?: FieldError[];
  headers?: Record<string, string>;
}

/** An expected failure that a client is told about, with a stable code. */
export class ProblemError extends HttpException {
  constructor(
    readonly problem: Problem,
    cause?: unknown,
  ) {
    super(problem.detail, problem.status, { cause });
    this.name = 'ProblemError';
  }
}

const invalidToken = (code: string, detail: string) =>
  new ProblemError({
    status: 401,
    code,
    detail,
    headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${detail}"` },
  });

/** Problems that more than one room reports. Bearer challenges follow RFC 6750 §3. */
export const Problems = {
  tokenMissing: () =>
    new ProblemError({
      status: 401,
      code: 'token_missing',
      detail: 'Not authenticated',
      headers: { 'www-authenticate': 'Bearer' },
    }),
  tokenInvalid: () => invalidToken('token_invalid', 'Could not validate credentials'),
  tokenExpired: () => invalidToken('token_expired', 'Token has expired'),
  tokenRevoked: () => invalidToken('token_revoked', 'Token has been revoked'),
  userInactive: () => invalidToken('user_inactive', 'Inactive user'),
  forbidden: (detail = 'Not enough permissions') =>
    new ProblemError({ status: 403, code: 'forbidden', detail }),
  notFound: (detail: string) => new ProblemError({ status: 404, code: 'not_found', detail }),
  conflict: (code: string, detail: string) => new ProblemError({ status: 409, code, detail }),
  unavailable: (detail: string, cause?: unknown) =>
    new ProblemError(
      { status: 503, code: 'temporarily_unavailable', detail, headers: { 'retry-after': '1' } },
      cause,
    ),
};
