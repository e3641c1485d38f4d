import { randomUUID } from 'node:crypto';
import { api } from '../support/app/api-client.js';
import { ADMIN, startDocumentedApp } from './support/api-docs-app.js';
import { DocumentedClient, type DocumentedRequest } from './support/api-docs-client.js';
import { basic } from '../support/app/oauth-client.js';
import { registerOAuthClient } from './support/oauth-clients.js';
import { Accounts, beforeSuite, type Tokens } from './support/suite.js';

const MALFORMED = { body: '{', headers: { 'content-type': 'application/json' } };

// The client throws at every answer whose status, media type, body or code is not in the document.
describe('the documented answers for other services', () => {
  let adminToken: string;

  const app = beforeSuite(() => startDocumentedApp());
  const visitor = beforeSuite(() => DocumentedClient.of(app));
  beforeAll(async () => {
    adminToken = (await new Accounts(api(app.url)).login(ADMIN)).access_token;
  });

  it('match the answers of the administration of OAuth clients', async () => {
    const admin = visitor.as(adminToken);
    const { body } = await admin.call<{ client_id: string }>('POST /api/v1/clients', {
      body: { name: 'orders' },
    });
    const { client_id: id } = body;
    const unknown = randomUUID();
    await expect(admin.statuses('POST /api/v1/clients', { body: { name: '' } }, MALFORMED)).resolves.toEqual([
      422, 400,
    ]);
    await expect(admin.statuses('GET /api/v1/clients', {}, { query: { page: '0' } })).resolves.toEqual([
      200, 422,
    ]);
    await expect(
      admin.statuses('POST /api/v1/clients/{id}/secret', { id }, { id: unknown }),
    ).resolves.toEqual([201, 404]);
    await expect(admin.statuses('GET /api/v1/clients', {})).resolves.toEqual([200]);
    await expect(admin.statuses('DELETE /api/v1/clients/{id}', { id }, { id: unknown })).resolves.toEqual([
      204, 404,
    ]);
    for (const route of ['POST /api/v1/clients', 'GET /api/v1/clients'])
      await expect(visitor.statuses(route, { body: { name: 'orders' } })).resolves.toEqual([401]);
  });

  it('match the answers of the OAuth endpoints', async () => {
    const { email, password } = await new Accounts(api(app.url)).register();
    const client = await registerOAuthClient(api(app.url).as(adminToken));
    const headers = { authorization: basic(client) };
    const form = (members: Record<string, string>): DocumentedRequest => ({
      headers,
      body: new URLSearchParams(members),
    });
    const login = form({ grant_type: 'password', username: email, password });
    const { body: tokens } = await visitor.call<Tokens>('POST /oauth2/token', login);
    await expect(
      visitor.statuses(
        'POST /oauth2/token',
        form({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token }),
        form({ grant_type: 'refresh_token', refresh_token: 'x' }),
        { ...login, headers: {} },
        { headers: { ...headers, ...MALFORMED.headers }, body: MALFORMED.body },
      ),
    ).resolves.toEqual([200, 400, 401, 400]);
    const presented = [form({ token: tokens.access_token }), form({ token: 'x' })];
    for (const route of ['POST /oauth2/introspect', 'POST /oauth2/revoke', 'POST /oauth2/introspect'])
      await expect(
        visitor.statuses(route, ...presented, form({}), { body: new URLSearchParams({ token: 'x' }) }),
      ).resolves.toEqual([200, 200, 400, 401]);
    const poll = { returnImmediately: true };
    await expect(
      visitor.statuses(
        'POST /api/v1/events/poll',
        { headers, body: poll },
        { body: poll },
        { headers, body: [] },
      ),
    ).resolves.toEqual([200, 401, 400]);
  });
});
