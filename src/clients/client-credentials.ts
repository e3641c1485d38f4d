import type { FastifyRequest } from 'fastify';
import { OAuthError } from '../http/oauth-error.js';

/** What a client sends to authenticate. */
export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

const BASIC = /^basic +([A-Za-z\d+/]+={0,2}) *$/i;
/** What form encoding changes. A text without these characters is its own decoded form. */
const ENCODED = /[%+]/;
const FORM = /^application\/x-www-form-urlencoded\b/i;

/** Whether the request authenticates a client, rightly or wrongly, by HTTP Basic. */
export const usesHttpBasic = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  /^basic\b/i.test(headers.authorization ?? '');

/**
 * Reads `client_secret_basic` from the header, or `client_secret_post` from the parsed form (RFC 6749 §2.3.1).
 * @throws OAuthError `invalid_request` for more than one method, `invalid_client` for none or for an unreadable header
 */
export function clientCredentialsOf({ headers, body }: FastifyRequest): ClientCredentials {
  const isForm = FORM.test(headers['content-type'] ?? '') && typeof body === 'object' && body !== null;
  const { client_id: id, client_secret: secret } = (isForm ? body : {}) as Record<string, unknown>;
  const { authorization } = headers;
  if (authorization === undefined) return credentialsInForm(id, secret);
  const basic = credentialsInHeader(authorization);
  const isTwice = isPresent(secret) || (isPresent(id) && id !== basic.id);
  if (isTwice) throw new OAuthError('invalid_request', 'Use one method of client authentication');
  return basic;
}

function credentialsInForm(id: unknown, secret: unknown): ClientCredentials {
  if (Array.isArray(id) || Array.isArray(secret))
    throw new OAuthError('invalid_request', 'Each parameter may appear only once');
  if (typeof id !== 'string' || typeof secret !== 'string') throw OAuthError.invalidClient();
  return { id, secret };
}

function credentialsInHeader(authorization: string): ClientCredentials {
  const [, encoded = ''] = BASIC.exec(authorization) ?? [];
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) throw OAuthError.invalidClient();
  return { id: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
}

/** A parameter without a value counts as absent (RFC 6749 §3.2). */
const isPresent = (value: unknown): boolean => value !== undefined && value !== '';

function decode(text: string): string {
  if (!ENCODED.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw OAuthError.invalidClient();
  }
}
