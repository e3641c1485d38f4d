import { randomUUID } from 'node:crypto';
import type { ApiResponse } from '../support/app/api-client.js';
import { basic } from '../support/app/oauth-client.js';
import { registerOAuthClient } from './support/oauth-clients.js';
import { beforeSuite, Deployment, expectProblem } from './support/suite.js';

describe('the look-up of an account', () => {
  const deployment = beforeSuite(() => Deployment.start({ instances: [{}, {}] }));
  const admin = beforeSuite(() => deployment.admin());
  const client = beforeSuite(() => registerOAuthClient(admin, 'orders', ['users']));

  const send = (method: string, path: string, authorization: string, instance = 0) =>
    deployment.client(instance).send(method, path, { headers: { authorization } });
  const lookUp = (id: string, by = client, instance = 0) =>
    send('GET', `/api/v1/users/${id}`, basic(by), instance);
  const expectOAuthError = (answer: ApiResponse<unknown>, status: number, error: string) => {
    expect(answer).toMatchObject({ status, body: { error } });
    expect(answer.headers['content-type']).toMatch(/^application\/json\b/);
    expect(answer.headers['cache-control']).toBe('no-store');
  };

  it('gives a client with the scope what an admin sees, and lets nothing store it', async () => {
    const { id, email } = await deployment.accounts().register();
    const { status, headers, body } = await lookUp(id);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        id,
        email,
        email_verified: false,
        full_name: 'Test Account',
        role: 'student',
        is_active: true,
        locale: null,
        deletion_due_at: null,
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
    });
    expect(headers['cache-control']).toBe('no-store');
    expect((await admin.get(`/api/v1/users/${id}`)).body).toEqual(body);
  });

  it('shows a change of the account at once, on the other instance', async () => {
    const { id } = await deployment.accounts().register();
    for (const change of [{ role: 'researcher' }, { full_name: 'Ada King' }, { is_active: false }]) {
      expect((await lookUp(id, client, 1)).body).not.toMatchObject(change);
      await admin.patch(`/api/v1/users/${id}`, change);
      await expect(lookUp(id, client, 1)).resolves.toMatchObject({ status: 200, body: change });
    }
  });

  it('answers 404 to an unknown id', async () => {
    for (const none of [randomUUID(), 'none', `${randomUUID()}0`])
      expectProblem(await lookUp(none), 404, 'not_found');
  });

  it('refuses a client without the scope with 403, as soon as the scope is taken', async () => {
    const { id } = await deployment.accounts().register();
    const other = await registerOAuthClient(admin);
    expectOAuthError(await lookUp(id, other), 403, 'unauthorized_client');
    await admin.patch(`/api/v1/clients/${other.id}`, { scopes: ['users'] });
    await expect(lookUp(id, other, 1)).resolves.toMatchObject({ status: 200 });
    await admin.patch(`/api/v1/clients/${other.id}`, { scopes: ['introspection', 'events', 'password'] });
    expectOAuthError(await lookUp(id, other, 1), 403, 'unauthorized_client');
    expectOAuthError(await lookUp(randomUUID(), other), 403, 'unauthorized_client');
    await admin.delete(`/api/v1/clients/${other.id}`);
    expectOAuthError(await lookUp(id, other, 1), 401, 'invalid_client');
  });

  it('refuses wrong credentials with 401 and the challenge of their scheme', async () => {
    const { id, client: member } = await deployment.accounts().signUp();
    const path = `/api/v1/users/${id}`;
    const wrong = [
      basic({ ...client, secret: 'wrong' }),
      basic({ id: 'none', secret: '' }),
      'Basic',
      'basic !',
    ];
    for (const authorization of wrong) {
      const answer = await send('GET', path, authorization);
      expectOAuthError(answer, 401, 'invalid_client');
      expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
    }
    for (const authorization of [`Bearer ${client.secret}`, 'Basics x', 'Digest x'])
      expectProblem(await send('GET', path, authorization), 401, 'token_invalid');
    expectProblem(await deployment.client().get(path), 401, 'token_missing');
    expectProblem(await member.get(path), 403, 'forbidden');
    await member.post('/api/v1/auth/logout');
    expectProblem(await member.get(path), 401, 'token_revoked');
  });

  it('is all that the scope gives', async () => {
    const { id } = await deployment.accounts().register();
    for (const route of [
      'GET /api/v1/users',
      'GET /api/v1/users/me',
      `PATCH /api/v1/users/${id}`,
      `DELETE /api/v1/users/${id}/sessions`,
      'GET /api/v1/clients',
    ]) {
      const [method = '', path = ''] = route.split(' ');
      expectProblem(await send(method, path, basic(client)), 401, 'token_invalid');
    }
    const token = new URLSearchParams({ token: 'any' });
    const headers = { authorization: basic(client) };
    expectOAuthError(
      await deployment.client().post('/oauth2/introspect', token, { headers }),
      403,
      'unauthorized_client',
    );
  });

  it('writes to the audit trail only the failures of clients', async () => {
    const { id } = await deployment.accounts().register();
    const events = async () =>
      (await admin.get<{ events: { action: string; details: object }[] }>('/api/v1/audit')).body.events;
    const before = await events();
    await lookUp(id);
    await lookUp(randomUUID());
    await lookUp(id, { ...client, secret: 'wrong' });
    const [latest, ...others] = await events();
    expect(latest).toMatchObject({
      action: 'client.authentication_failed',
      details: { client_id: client.id },
    });
    expect(others.slice(0, 10)).toEqual(before.slice(0, 10));
  });
});
