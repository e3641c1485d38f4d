import { browserHeaders, usesBrowser } from './browser-users.js';
import { basic } from './oauth-clients.js';
import type { TestSession, TestUser } from './population.js';
import type { Call } from './request-recorder.js';

const AUTH = '/api/v1/auth';

/** Whether the refresh token of a session is in a cookie. */
export const isByCookie = ({ client, user }: TestSession): boolean =>
  client === undefined && usesBrowser(user);

/** Logs in with the user's password. */
export function loginCall(user: TestUser): Call {
  const { email, password } = user;
  const headers = usesBrowser(user) ? browserHeaders() : {};
  return { method: 'POST', path: `${AUTH}/login/json`, body: { email, password }, headers };
}

export function logoutCall(session: TestSession): Call {
  const headers = isByCookie(session) ? browserHeaders() : {};
  return { method: 'POST', path: `${AUTH}/logout`, headers };
}

/** A session of an OAuth client is refreshed by that client (RFC 6749 §6). */
export function refreshCall(session: TestSession, token: string, key?: string): Call {
  const { client } = session;
  const keyed: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  if (client !== undefined) {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token });
    const headers = { ...keyed, authorization: basic(client) };
    return { method: 'POST', path: '/oauth2/token', body, headers };
  }
  if (isByCookie(session))
    return { method: 'POST', path: `${AUTH}/refresh`, headers: { ...keyed, ...browserHeaders(token) } };
  return { method: 'POST', path: `${AUTH}/refresh`, body: { refresh_token: token }, headers: keyed };
}
