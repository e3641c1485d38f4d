import { randomUUID } from 'node:crypto';
import { basic } from '../support/app/oauth-client.js';
import { ADMIN, startDocumentedApp } from './support/api-docs-app.js';
import { DocumentedClient } from './support/api-docs-client.js';
import { beforeSuite } from './support/before-suite.js';

const PASSWORD = 'correct horse battery';
const MALFORMED = { body: '{', headers: { 'content-type': 'application/json' } };

// The client throws at every answer whose status, media type, body or code is not in the document.
describe('the documented answers about accounts of others', () => {
  const app = beforeSuite(() => startDocumentedApp());
  const visitor = beforeSuite(() => DocumentedClient.of(app));
  const admin = beforeSuite(() => logIn(ADMIN.email, ADMIN.password));

  async function logIn(email: string, password = PASSWORD): Promise<DocumentedClient> {
    const { body } = await visitor.call<{ access_token: string }>('POST /api/v1/auth/login/json', {
      body: { email, password },
    });
    return visitor.as(body.access_token);
  }

  async function newAccount(): Promise<{ id: string; email: string }> {
    const account = { email: `${randomUUID()}@example.org`, password: PASSWORD, full_name: 'Ada' };
    const { body } = await visitor.call<{ id: string; email: string }>('POST /api/v1/auth/register', {
      body: account,
    });
    return body;
  }

  it('match the answers to an admin who makes an account', async () => {
    const { email } = await newAccount();
    const account = { email: `${randomUUID()}@example.org`, full_name: 'Ada', role: 'researcher' };
    const requests = [
      { body: account },
      { body: { ...account, email } },
      { body: { ...account, email: 'no' } },
      MALFORMED,
    ];
    await expect(admin.statuses('POST /api/v1/users', ...requests)).resolves.toEqual([201, 409, 422, 400]);
    const member = await logIn(email);
    await expect(member.statuses('POST /api/v1/users', { body: account })).resolves.toEqual([403]);
  });

  it('match the export and the erasure of an account', async () => {
    const { email } = await newAccount();
    const member = await logIn(email);
    await expect(member.statuses('GET /api/v1/users/me/export', {})).resolves.toEqual([200]);
    const erase = (current_password: string) => ({ body: { current_password } });
    await expect(
      member.statuses(
        'DELETE /api/v1/users/me',
        MALFORMED,
        {},
        erase('wrong'),
        erase(PASSWORD),
        erase(PASSWORD),
      ),
    ).resolves.toEqual([400, 422, 403, 204, 401]);
    await expect(admin.statuses('DELETE /api/v1/users/me', erase(ADMIN.password))).resolves.toEqual([409]);
    await expect(
      visitor.statuses('POST /api/v1/auth/undo-deletion', { body: { token: 'x' } }, { body: {} }),
    ).resolves.toEqual([400, 422]);
  });

  it('match the erasure of an account by an admin', async () => {
    const [{ id }, { email }] = [await newAccount(), await newAccount()];
    const { body: self } = await admin.call<{ id: string }>('GET /api/v1/users/me');
    await expect(
      admin.statuses('DELETE /api/v1/users/{id}', { id }, { id }, { id: self.id }),
    ).resolves.toEqual([204, 404, 403]);
    const member = await logIn(email);
    await expect(member.statuses('DELETE /api/v1/users/{id}', { id: self.id })).resolves.toEqual([403]);
  });

  it('match the answers to an admin who invites', async () => {
    const { email } = await newAccount();
    const invitation = { email: `${randomUUID()}@example.org`, role: 'researcher' };
    const { body } = await admin.call<{ id: string }>('POST /api/v1/invitations', { body: invitation });
    const { body: self } = await admin.call<{ email: string }>('GET /api/v1/users/me');
    await expect(
      admin.statuses(
        'POST /api/v1/invitations',
        { body: { email: self.email } },
        { body: { email: 'no' } },
        MALFORMED,
      ),
    ).resolves.toEqual([409, 422, 400]);
    const member = await logIn(email);
    await expect(member.statuses('POST /api/v1/invitations', { body: invitation })).resolves.toEqual([403]);
    await expect(
      admin.statuses('GET /api/v1/invitations', {}, { query: { status: 'open' } }),
    ).resolves.toEqual([200, 422]);
    const [{ id }, unknown] = [body, randomUUID()];
    await expect(
      admin.statuses('POST /api/v1/invitations/{id}/resend', { id }, { id: unknown }),
    ).resolves.toEqual([202, 404]);
    await expect(admin.statuses('DELETE /api/v1/invitations/{id}', { id }, { id })).resolves.toEqual([
      204, 404,
    ]);
    const acceptance = { token: 'unknown', password: PASSWORD, full_name: 'Ada' };
    await expect(
      visitor.statuses(
        'POST /api/v1/auth/accept-invitation',
        { body: acceptance },
        { body: { ...acceptance, password: '' } },
      ),
    ).resolves.toEqual([400, 422]);
  });

  /** The headers of a new OAuth client. */
  const clientOf = async (scopes: string[]) => {
    const { body } = await admin.call<{ client_id: string; client_secret: string }>('POST /api/v1/clients', {
      body: { name: 'orders', scopes },
    });
    return { headers: { authorization: basic({ id: body.client_id, secret: body.client_secret }) } };
  };
  const stranger = { headers: { authorization: basic({ id: randomUUID(), secret: 'wrong' }) } };

  it('match the answers to who asks for a one-time token', async () => {
    const { id } = await newAccount();
    const [client, other] = [await clientOf(['one_time_tokens']), await clientOf(['introspection'])];
    const body = { purpose: 'verify_email' };
    const route = 'POST /api/v1/users/{id}/one-time-token';
    const requests = [
      { id, body, ...client },
      { id, body: { purpose: 'register' }, ...client },
      { id: randomUUID(), body, ...client },
      { id, body, ...other },
      { id, body, ...stranger },
      { id, body },
    ];
    await expect(visitor.statuses(route, ...requests)).resolves.toEqual([201, 422, 404, 403, 401, 401]);
    await expect(admin.statuses(route, { id, body }, { id, ...MALFORMED })).resolves.toEqual([201, 400]);
  });

  it('match the answers to an OAuth client that looks up an account', async () => {
    const { id } = await newAccount();
    const [client, other] = [await clientOf(['users']), await clientOf(['introspection'])];
    await expect(
      visitor.statuses(
        'GET /api/v1/users/{id}',
        { id, ...client },
        { id: randomUUID(), ...client },
        { id, ...other },
        { id, ...stranger },
        { id },
      ),
    ).resolves.toEqual([200, 404, 403, 401, 401]);
  });
});
