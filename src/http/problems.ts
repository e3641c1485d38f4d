import type { ViolationCode } from '../config/violation.js';

export interface ProblemDefinition {
  status: number;
  /** For people, and the default: an answer may have another detail for the same code. */
  detail: string;
  headers?: Record<string, string>;
  /** What the documentation of the API says beside the code. */
  note?: string;
}

/** A bearer challenge (RFC 6750 §3). */
const invalidToken = (detail: string) => ({
  status: 401,
  detail,
  headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${detail}"` },
});

/**
 * Every problem that the service answers by its own code. They are thrown, documented and listed from here; a new code
 * needs one entry. Of several codes with one status, the first is the example of `ApiProblems(status)`.
 */
export const PROBLEMS = {
  malformed_body: { status: 400, detail: 'The request body is not valid JSON' },
  malformed_request: { status: 400, detail: 'The request is malformed' },
  one_time_token_invalid: {
    status: 400,
    detail: 'The link was used already, has expired, or was replaced by a later one',
    note: 'A one-time token that is unknown, used, expired, replaced, or of another purpose',
  },
  token_revoked: invalidToken('Token has been revoked'),
  token_expired: invalidToken('Token has expired'),
  token_invalid: invalidToken('Could not validate credentials'),
  token_missing: { status: 401, detail: 'Not authenticated', headers: { 'www-authenticate': 'Bearer' } },
  invalid_credentials: {
    status: 401,
    detail: 'Incorrect email or password',
    headers: { 'www-authenticate': 'Bearer' },
  },
  forbidden: { status: 403, detail: 'Not enough permissions' },
  user_inactive: { status: 403, detail: 'Inactive user' },
  email_not_verified: {
    status: 403,
    detail: 'The e-mail address is not verified',
    note: 'Ask for the mail again: `POST /api/v1/auth/verify-email/resend`',
  },
  registration_closed: { status: 403, detail: 'Accounts are not open to registration here' },
  email_domain_refused: { status: 403, detail: 'Addresses of this domain get no account here' },
  origin_refused: {
    status: 403,
    detail: 'Pages of this origin may not have their refresh token in a cookie',
    note: 'Only with `Token-Carrier: cookie`: the page is neither of this service nor of an origin of the same site in `CORS_ORIGINS`',
  },
  wrong_password: { status: 403, detail: 'The current password is not right' },
  not_found: { status: 404, detail: 'Not found' },
  request_timeout: { status: 408, detail: 'The request did not arrive in time' },
  email_taken: { status: 409, detail: 'Email already registered' },
  invitation_void: { status: 409, detail: 'The person who sent this invitation may not invite any more' },
  last_admin: { status: 409, detail: 'The last active admin can be neither demoted, deactivated nor erased' },
  account_referenced: {
    status: 409,
    detail: 'Other data refer to this account, which stays',
    note: 'A table beside those of the service has a foreign key that forbids the deletion',
  },
  client_managed_by_file: {
    status: 409,
    detail: 'A file describes this client (CLIENTS_FILE): change it there',
  },
  mail_not_configured: { status: 409, detail: 'This service sends no mail; ask its administrator' },
  body_too_large: { status: 413, detail: 'The request body is too large' },
  unsupported_media_type: { status: 415, detail: 'Send JSON or a form' },
  validation_failed: {
    status: 422,
    detail: 'The request is not valid',
    note: '`errors` names each wrong field and the reason, with a `code` for programs',
  },
  too_many_requests: {
    status: 429,
    detail: 'Too many attempts; try again later',
    note: '`Retry-After` gives the seconds until the next attempt, `RateLimit-Policy` the limit',
  },
  headers_too_large: { status: 431, detail: 'The headers of the request are too large' },
  internal_error: { status: 500, detail: 'Internal server error' },
  temporarily_unavailable: {
    status: 503,
    detail: 'The database does not answer',
    headers: { 'retry-after': '1' },
    note: '`Retry-After` gives the seconds until the next attempt',
  },
} satisfies Record<string, ProblemDefinition>;

/** A code of the catalogue: only these can be thrown as a `ProblemError`. */
export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** What is wrong with one field of a request. */
export interface FieldError {
  /** Empty for the request as a whole. */
  readonly field: string;
  /** Stable; for programs. */
  readonly code: ViolationCode;
  /** A sentence that a form can show beside the field. */
  readonly message: string;
  readonly min?: number;
  readonly max?: number;
  readonly allowed?: readonly string[];
}

/** What RFC 9457 calls a problem: `code` is stable for programs, `detail` is for people. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  errors?: readonly FieldError[];
  headers?: Record<string, string>;
}

/** What an answer adds to the catalogue's entry, or has in its place. */
export type ProblemOverrides = Partial<Pick<Problem, 'detail' | 'errors' | 'headers'>>;

/** The problem of a code, with the status, detail and headers of the catalogue unless others are given. */
export function problemOf(code: ProblemCode, { detail, headers, errors }: ProblemOverrides = {}): Problem {
  const entry: ProblemDefinition = PROBLEMS[code];
  return {
    status: entry.status,
    code,
    detail: detail ?? entry.detail,
    headers: headers ?? entry.headers,
    errors,
  };
}
