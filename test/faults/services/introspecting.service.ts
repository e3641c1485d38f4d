import { serveBearers } from './bearer-server.js';
import { INTROSPECTION_TIMEOUT_MS } from './introspection-timeout.js';

const { AUTH_URL = '', CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;
const ENDPOINT = new URL('/oauth2/introspect', AUTH_URL);
const AUTHORIZATION = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`;

/** A service that asks the auth service about each token (RFC 7662) and remembers nothing. */
serveBearers(async (token) => {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: { authorization: AUTHORIZATION },
    body: new URLSearchParams({ token }),
    signal: AbortSignal.timeout(INTROSPECTION_TIMEOUT_MS),
  });
  const { active } = (await response.json()) as { active?: unknown };
  if (typeof active !== 'boolean') throw new Error(`no verdict, but ${response.status}`);
  return active;
});
