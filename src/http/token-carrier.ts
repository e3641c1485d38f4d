import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { ExtractJwt } from 'passport-jwt';

const bearerToken = ExtractJwt.fromAuthHeaderAsBearerToken();
/** Before the token, in a subprotocol of the handshake of a WebSocket. */
const TOKEN_PREFIX = 'bearer.';

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
