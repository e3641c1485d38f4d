import { randomUUID } from 'node:crypto';
import { basic } from '../support/app/oauth-client.js';
import { expectAnswer, type Member, register } from './accounts.js';
import type { Answer, AppInProcess } from './app-in-process.js';
import { auditOfClient, endClient, registerClient, send, TwoInstances } from './oauth-clients.js';

describe('an OAuth client', () => {
  let instances: TwoInstances;
  let one: AppInProcess;
  let other: AppInProcess;
  let admin: Member;

  beforeAll(async () => {
    instances = await TwoInstances.start();
    ({ one, other, admin } = instances);
  });

  it('may do what it is registered for, on every instance, as soon as that has changed', async () => {
    const client = await registerClient(one, admin, 'orders', ['password']);
    const user = await register(one);
    const requests: Readonly<Record<string, () => Promise<Answer>>> = {
      introspection: () => send(other, '/oauth2/introspect', { token: user.token }, client),
      events: () =>
        other.call('POST', '/api/v1/events/poll', {
          headers: { authorization: basic(client) },
          body: { maxEvents: 0, returnImmediately: true },
        }),
      password: () =>
        send(
          other,
          '/oauth2/token',
          { grant_type: 'password', username: user.email, password: user.password },
          client,
        ),
    };
    const allowed = async () => {
      const answers = await Promise.all(
        Object.entries(requests).map(async ([scope, request]) => ({ scope, answer: await request() })),
      );
      for (const { scope, answer } of answers.filter((each) => each.answer.status !== 200))
        expect([answer.status, answer.body]).toEqual([
          scope === 'password' ? 400 : 403,
          {
            error: 'unauthorized_client',
            error_description: `The client is not registered for the scope ${scope}`,
          },
        ]);
      return answers.filter(({ answer }) => answer.status === 200).map(({ scope }) => scope);
    };
    const change = (body: object) =>
      one.call('PATCH', `/api/v1/clients/${client.id}`, { token: admin.token, body });
    await expect(allowed()).resolves.toEqual(['password']);
    for (const scopes of [['introspection'], ['events'], ['introspection', 'events', 'password']]) {
      await expectAnswer(change({ scopes }), 200, { name: 'orders', scopes });
      await expect(allowed()).resolves.toEqual(scopes);
    }
    await expectAnswer(change({ name: 'billing' }), 200, { name: 'billing' });
    for (const body of [{ scopes: [] }, { scopes: null }, { name: null }, { name: '' }])
      await expect(change(body)).resolves.toMatchObject({ status: 422 });
    const actions = (await auditOfClient(one, client.id)).map(({ action }) => action);
    expect(actions.filter((action) => action.startsWith('client.'))).toEqual([
      'client.created',
      ...Array<string>(4).fill('client.updated'),
    ]);
    await expect(endClient(one, admin, client.id)).resolves.toBe(204);
    await expect(change({ name: 'orders' })).resolves.toMatchObject({ status: 404 });
  });

  it('keeps what it could do if an earlier version registered it', async () => {
    const secret = randomUUID() + randomUUID();
    const [row] = (await one.query(
      `INSERT INTO oauth_clients (name, secret_hash) VALUES ('orders', sha256('${secret}')) RETURNING scopes`,
    )) as { scopes: string[] }[];
    expect(row?.scopes).toEqual(['introspection', 'events', 'password']);
  });
});
