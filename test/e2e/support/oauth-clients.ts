import type { ApiClient } from '../../support/app/api-client.js';
import type { OAuthClient } from '../../support/app/oauth-client.js';

/** A new OAuth client. @param admin a client with the token of an admin */
export async function registerOAuthClient(admin: ApiClient, name = 'orders'): Promise<OAuthClient> {
  const scopes = ['introspection', 'events', 'password'];
  const { status, body } = await admin.post('/api/v1/clients', { name, scopes });
  expect(status).toBe(201);
  return { id: String(body['client_id']), secret: String(body['client_secret']) };
}
