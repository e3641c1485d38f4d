/** `token_missing` comes from guards and middleware alone: `verify` always has a token. */
export type VerifierErrorCode =
  'token_missing' | 'token_invalid' | 'token_expired' | 'token_revoked' | 'unavailable';

interface Definition {
  status: 401 | 503;
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
  status: 401 | 503;
  code: VerifierErrorCode;
  detail: string;
}

/** Why a token is not accepted. `cause` is for logs; it never contains a token or a secret. */
export class VerifierError extends Error {
  override readonly name = 'VerifierError';
  readonly status: 401 | 503;
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
