import type { ApiClient } from '../../support/app/api-client.js';
import type { OAuthClient } from '../../support/app/oauth-client.js';

/** A new OAuth client. @param admin a client with the token of an admin */
export async function registerOAuthClient(
  admin: ApiClient,
  name = 'orders',
  scopes: readonly string[] = ['introspection', 'events', 'password'],
): Promise<OAuthClient> {
  const { status, body } = await admin.post('/api/v1/clients', { name, scopes });
  expect(status).toBe(201);
  return { id: String(body['client_id']), secret: String(body['client_secret']) };
}
