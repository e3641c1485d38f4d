import { basic } from './oauth-clients.js';
import type { TestSession } from './population.js';
import type { Call } from './request-recorder.js';

/** A session of an OAuth client is refreshed by that client (RFC 6749 §6). */
export function refreshCall({ client }: TestSession, token: string, key?: string): Call {
  const headers: Record<string, string> = {
    ...(key && { 'idempotency-key': key }),
    ...(client && { authorization: basic(client) }),
  };
  if (client === undefined)
    return { method: 'POST', path: '/api/v1/auth/refresh', body: { refresh_token: token }, headers };
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token });
  return { method: 'POST', path: '/oauth2/token', body, headers };
}
