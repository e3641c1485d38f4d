import { AUDIT_ACTIONS } from '../../src/audit/audit-action.js';
import { CommandsService } from '../../src/commands/commands.service.js';
import { SERVICE_ACTOR } from '../../src/common/actor.js';
import { appSuite } from './app-suite.js';

const ACCOUNT = { email: 'a@example.org', password: 'Test1234' };

describe('a change and its line in the audit trail', () => {
  const { app } = appSuite({ ADMIN_EMAIL: 'admin@example.org', ADMIN_PASSWORD: 'admin-Test1234' });

  beforeAll(async () => {
    await app.call('POST', '/api/v1/auth/register', { body: { ...ACCOUNT, full_name: 'A' } });
  });

  const count = async () =>
    ((await app.query('SELECT count(*)::int AS rows FROM audit_events')) as { rows: number }[])[0]!.rows;
  const login = async (account: { email: string; password: string }) =>
    (await app.call('POST', '/api/v1/auth/login/json', { body: account })).body['access_token'] as string;

  it('are rolled back together', async () => {
    const before = await count();
    const undone = new Error('undone');
    const change = app.get(CommandsService).run(SERVICE_ACTOR, [], async (command) => {
      for (const action of AUDIT_ACTIONS) await command.note(action, {});
      throw undone;
    });
    await expect(change).rejects.toBe(undone);
    await expect(count()).resolves.toBe(before);
  });

  describe('when the line cannot be written,', () => {
    beforeAll(() =>
      app.query(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse();
        ALTER TABLE audit_events DISABLE TRIGGER refuse`),
    );
    afterEach(() => app.query('ALTER TABLE audit_events DISABLE TRIGGER refuse'));
    const refuse = () => app.query('ALTER TABLE audit_events ENABLE TRIGGER refuse');

    const changes: [string, (tokens: Tokens) => Promise<{ status: number }>][] = [
      [
        'register',
        () => post('auth/register', { email: 'b@example.org', password: 'Test1234', full_name: 'B' }),
      ],
      ['login', () => post('auth/login/json', ACCOUNT)],
      ['logout', ({ token }) => post('auth/logout', undefined, token)],
      [
        'end a session',
        ({ token }) => app.call('DELETE', '/api/v1/sessions?include_current=true', { token }),
      ],
      [
        'change a password',
        ({ token }) =>
          post(
            'users/me/change-password',
            { current_password: ACCOUNT.password, new_password: 'Other-Test1234' },
            token,
          ),
      ],
      ['change a role', ({ id, admin }) => patch(id, { role: 'researcher' }, admin)],
      ['deactivate', ({ id, admin }) => patch(id, { is_active: false }, admin)],
      [
        'end the sessions of an account',
        ({ id, admin }) => app.call('DELETE', `/api/v1/users/${id}/sessions`, { token: admin }),
      ],
    ];
    interface Tokens {
      id: string;
      token: string;
      admin: string;
    }
    const post = (path: string, body?: object, token?: string) =>
      app.call('POST', `/api/v1/${path}`, { ...(body && { body }), ...(token && { token }) });
    const patch = (id: string, body: object, token: string) =>
      app.call('PATCH', `/api/v1/users/${id}`, { body, token });

    it.each(changes)('are both rolled back: %s', async (_, change) => {
      const token = await login(ACCOUNT);
      const admin = await login({ email: 'admin@example.org', password: 'admin-Test1234' });
      const { body } = await app.call('GET', '/api/v1/users/me', { token });
      const state = () =>
        app.query(`SELECT (SELECT json_agg(u ORDER BY u.id) FROM users u) AS users,
                          (SELECT json_agg(s ORDER BY s.id) FROM sessions s) AS sessions`);
      const before = await state();
      await refuse();
      const answer = await change({ id: body['id'] as string, token, admin });
      expect(answer.status).toBe(500);
      await expect(state()).resolves.toEqual(before);
      await expect(app.call('GET', '/api/v1/users/me', { token })).resolves.toMatchObject({ status: 200 });
    });
  });
});
