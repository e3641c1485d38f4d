/** `token_missing` and `forbidden` come from guards and middleware alone: `verify` always has a token, and knows no roles. */
export type VerifierErrorCode =
  'token_missing' | 'token_invalid' | 'token_expired' | 'token_revoked' | 'forbidden' | 'unavailable';

export type VerifierErrorStatus = 401 | 403 | 503;

interface Definition {
  status: VerifierErrorStatus;
  title: string;
  detail: string;
  headers: Readonly<Record<string, string>>;
}

const RETRY_AFTER_SECONDS = 1;

/** RFC 6750 §3 */
const refused = (detail: string): Definition => ({
  status: 401,
  title: 'Unauthorized',
  detail,
  headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${detail}"` },
});

const DEFINITIONS: Record<VerifierErrorCode, Definition> = {
  token_missing: { ...refused('Not authenticated'), headers: { 'www-authenticate': 'Bearer' } },
  token_invalid: refused('Could not validate credentials'),
  token_expired: refused('Token has expired'),
  token_revoked: refused('Token has been revoked'),
  forbidden: {
    status: 403,
    title: 'Forbidden',
    detail: 'The role of the user does not allow this',
    headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
  },
  unavailable: {
    status: 503,
    title: 'Service Unavailable',
    detail: 'The token cannot be checked now',
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
  },
};

/** RFC 9457 */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: VerifierErrorStatus;
  code: VerifierErrorCode;
  detail: string;
}

/** Why a token is not accepted. `cause` is for logs; it never contains a token or a secret. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError';
  readonly status: VerifierErrorStatus;
  /** Headers of the answer, with names in lower case: `www-authenticate` or `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;
  private readonly title: string;

  constructor(
    readonly code: VerifierErrorCode,
    cause?: unknown,
  ) {
    const { status, title, detail, headers } = DEFINITIONS[code];
    super(detail, { cause });
    this.status = status;
    this.title = title;
    this.headers = headers;
  }

  /** The body of the answer, of the media type `application/problem+json`. */
  toProblem(): Problem {
    return {
      type: 'about:blank',
      title: this.title,
      status: this.status,
      code: this.code,
      detail: this.message,
    };
  }
}
