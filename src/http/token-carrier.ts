import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { ExtractJwt } from 'passport-jwt';
import { ProblemError } from './problem.error.js';

const bearerToken = ExtractJwt.fromAuthHeaderAsBearerToken();
/** Before the token, in a subprotocol of the handshake of a WebSocket. */
const TOKEN_PREFIX = 'bearer.';

export const TOKEN_CARRIER_HEADER = 'Token-Carrier';

/** The access token of a request (RFC 6750 §2.1); `null` where it carries none. */
export const accessTokenOf = (request: Pick<FastifyRequest, 'headers'>): string | null =>
  bearerToken(request as Parameters<typeof bearerToken>[0]);

/** Whether a request carries anything where an access token belongs, such as a token of another scheme. */
export const carriesCredentials = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  headers.authorization !== undefined;

/** The access token that the handshake of a WebSocket offers: browsers can send no header with it. */
export function offeredTokenOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return offered.find((name) => name.startsWith(TOKEN_PREFIX))?.slice(TOKEN_PREFIX.length);
}

/**
 * Whether the client asks to have its refresh token in a cookie. Nothing else says so, such as a cookie that happens to be there.
 * @throws ProblemError 400 for any other value of the header
 */
export function isByCookie({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const carrier = headers[TOKEN_CARRIER_HEADER.toLowerCase()];
  if (carrier === undefined) return false;
  if (carrier === 'cookie') return true;
  throw new ProblemError('malformed_request', {
    detail: `The one value of ${TOKEN_CARRIER_HEADER} is cookie`,
  });
}
