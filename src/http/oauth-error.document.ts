import type { FastifyReply } from 'fastify';
import { asOAuthText, OAuthError, type OAuthErrorCode } from './oauth-error.js';
import type { Problem } from './problems.js';

const OAUTH_PATH = '/oauth2/';
/** These are what RFC 6749 §5.2 calls a malformed request, with status 400. */
const MALFORMED = [415, 422];

/** Whether every failure of the path is answered by the JSON of RFC 6749 §5.2. */
export const hasOAuthErrors = (url: string): boolean => url.startsWith(OAUTH_PATH);

/** The answer on an OAuth route to a failure that any route can have. */
export function oauthErrorOf({ status, detail, errors = [], headers }: Problem): OAuthError {
  const texts = [detail, ...errors.map(({ field, message }) => `${field} ${message}`.trim())];
  const description = asOAuthText(texts.join('; '));
  return new OAuthError(codeOf(status), description, MALFORMED.includes(status) ? 400 : status, headers);
}

export function sendOAuthError(reply: FastifyReply, error: OAuthError): void {
  void reply
    .status(error.getStatus())
    .headers({ ...error.headers, 'content-type': 'application/json; charset=utf-8' })
    .send(JSON.stringify({ error: error.code, error_description: error.description }));
}

function codeOf(status: number): OAuthErrorCode {
  if (status === 429 || status === 503) return 'temporarily_unavailable';
  return status >= 500 ? 'server_error' : 'invalid_request';
}
