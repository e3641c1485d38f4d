import { HttpException } from '@nestjs/common';

/** RFC 6749 §5.2 (token endpoint), and of §4.1.2.1 those for failures of the server, which §5.2 has no code for. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'server_error'
  | 'temporarily_unavailable';

/** An expected failure whose answer is the JSON of RFC 6749 §5.2, on whatever route. */
export class OAuthError extends HttpException {
  override readonly name = 'OAuthError';

  /** @param description for people; {@link asOAuthText} must leave it unchanged */
  constructor(
    readonly code: OAuthErrorCode,
    readonly description: string,
    status = 400,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(description, status);
  }

  /** 401 with the challenge of HTTP Basic (RFC 6749 §5.2, RFC 7617). */
  static invalidClient(): OAuthError {
    return new OAuthError('invalid_client', 'Client authentication failed', 401, {
      'www-authenticate': 'Basic realm="OAuth client", charset="UTF-8"',
    });
  }

  /** @param scope for which the client would have to be registered */
  static unauthorizedClient(scope: string, status: number): OAuthError {
    return new OAuthError(
      'unauthorized_client',
      `The client is not registered for the scope ${scope}`,
      status,
    );
  }
}

/** The text with the characters that `error_description` may have (RFC 6749 §5.2): ASCII without `"` and `\`. */
export const asOAuthText = (text: string): string =>
  text.replace(/["`]/g, "'").replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?');
