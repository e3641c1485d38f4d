import type { FastifyRequest } from 'fastify';
import { demandScope } from '../clients/client-authenticator.js';
import type { OAuthClient } from '../clients/client.entity.js';
import type { Actor } from '../common/actor.js';
import { addressOf } from '../common/network.js';
import { OAuthError } from '../http/oauth-error.js';

export const END_USER_ADDRESS_HEADER = 'End-User-Address';

/**
 * Who asks by way of the client: with the address of the person, if the client passes it on. Limits of logins count for that address then, and
 * the session and the audit trail have it. Without it all people who use the client share the client's address.
 * @throws OAuthError 400 for text that is no address, and for a client that is not registered for it: its users would count as one, unnoticed
 */
export function endUserOf(client: OAuthClient, { headers }: FastifyRequest, by: Actor): Actor {
  const text = headers[END_USER_ADDRESS_HEADER.toLowerCase()];
  if (text === undefined) return by;
  demandScope(client, 'end_user_address', 400);
  const ip = typeof text === 'string' ? addressOf(text) : null;
  if (ip === null)
    throw new OAuthError('invalid_request', `${END_USER_ADDRESS_HEADER} must be one IP address`);
  return { ...by, ip };
}
