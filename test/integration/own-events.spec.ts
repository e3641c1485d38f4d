import { logIn, register } from './accounts.js';
import { appSuite } from './app-suite.js';

const ADMIN = { email: 'root@example.org', password: 'the first admin' };

describe('the events of an own account', () => {
  const { app } = appSuite({ ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password });

  const eventsOf = async (token: string, query = '') => {
    const { status, body } = await app.call('GET', `/api/v1/users/me/events${query}`, { token });
    expect(status).toBe(200);
    return body as unknown as {
      events: { id: string; action: string; by_me: boolean; ip: string | null; reason: string | null }[];
      next_cursor: string | null;
    };
  };

  it('are those of the caller alone, newest first', async () => {
    const [one, other] = [await register(app), await register(app)];
    await logIn(app, one);
    const { events } = await eventsOf(one.token);
    expect(events.map(({ action }) => action)).toEqual([
      'session.opened',
      'session.opened',
      'user.registered',
    ]);
    expect((await eventsOf(other.token)).events).toHaveLength(2);
  });

  it('come in pages, each event once', async () => {
    const one = await register(app);
    await logIn(app, one);
    const first = await eventsOf(one.token, '?limit=2');
    const last = await eventsOf(one.token, `?limit=2&cursor=${first.next_cursor}`);
    expect(new Set([...first.events, ...last.events].map(({ id }) => id)).size).toBe(3);
    expect(last.next_cursor).toBeNull();
    const refused = await app.call('GET', '/api/v1/users/me/events?limit=0', { token: one.token });
    expect(refused.status).toBe(422);
  });

  it('say why a session has ended, and hide from where an admin acted', async () => {
    const one = await register(app);
    const other = await logIn(app, one);
    await app.call('DELETE', `/api/v1/sessions/${other.sessionId}`, { token: one.token });
    const { body } = await app.call('POST', '/api/v1/auth/login/json', { body: ADMIN });
    const admin = { token: String(body['access_token']), body: { role: 'researcher' } };
    expect((await app.call('PATCH', `/api/v1/users/${one.id}`, admin)).status).toBe(200);
    const [changed, ended] = (await eventsOf(one.token)).events;
    expect(changed).toMatchObject({
      action: 'user.role_changed',
      by_me: false,
      ip: null,
      device: { browser: null },
    });
    expect(ended).toMatchObject({
      action: 'session.revoked',
      by_me: true,
      ip: '127.0.0.1',
      reason: 'revoked_by_user',
    });
  });
});
