import { randomUUID } from 'node:crypto';
import { sql } from '../support/postgres/sql.js';
import { AuditTrail } from './support/audit-trail.js';
import { type Account, ADMIN, beforeSuite, Deployment, expectProblem, type Tokens } from './support/suite.js';

const USER_AGENT = 'audit-spec/1.0';
const REQUEST_ID = /^[\w.~-]{8,64}$/;

describe('the audit trail', () => {
  let adminId: string;
  let trail: AuditTrail;

  const deployment = beforeSuite(() => {
    const env = { REFRESH_GRACE_SECONDS: '0', SESSIONS_PER_USER: '2' };
    return Deployment.start({ instances: [env, env] });
  });
  const admin = beforeSuite(() => deployment.admin());
  beforeAll(async () => {
    adminId = (await admin.get<{ id: string }>('/api/v1/users/me')).body.id;
    // Read on the instance that did not write.
    trail = new AuditTrail(await deployment.admin(1));
  });

  const signUp = () => deployment.accounts().signUp();
  const headers = { 'user-agent': USER_AGENT };
  const stranger = { actor_id: null, ip: '127.0.0.1', user_agent: null };

  describe('has the user, the actor and the address of', () => {
    it('a registration', async () => {
      const { id } = await deployment.accounts().register();
      await expect(trail.of(id)).resolves.toEqual([
        {
          ...stranger,
          id: expect.stringMatching(/^\d+$/),
          at: expect.stringMatching(/Z$/),
          action: 'user.registered',
          user_id: id,
          session_id: null,
          request_id: expect.stringMatching(REQUEST_ID),
          details: { role: 'student', origin: 'registration' },
        },
      ]);
    });

    it('the first admin, whom the service registers', async () => {
      const events = await trail.of(adminId, 'user.registered');
      expect(events).toMatchObject([
        { actor_id: null, ip: null, user_agent: null, request_id: null, details: { role: 'admin' } },
      ]);
    });

    it('a login, with the device', async () => {
      const account = await deployment.accounts().register();
      const { status } = await login(account, headers);
      expect(status).toBe(200);
      const [event] = await trail.of(account.id, 'session.opened');
      expect(event).toMatchObject({ ...stranger, user_agent: USER_AGENT, details: {} });
      expect(event?.session_id).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('a failed login, also of an unknown account', async () => {
      const account = await deployment.accounts().register();
      const { body } = await login({ ...account, password: 'wrong-Test1234' }, headers);
      const { request_id } = body as { request_id: string };
      await expect(trail.of(account.id, 'session.login_failed')).resolves.toMatchObject([
        { ...stranger, user_agent: USER_AGENT, request_id, session_id: null, details: {} },
      ]);
      const unknown = { ...headers, 'user-agent': randomUUID() };
      await login({ email: `${randomUUID()}@example.org`, password: 'Test1234' }, unknown);
      const [latest] = (await trail.page({ action: 'session.login_failed', limit: 1 })).events;
      expect(latest).toMatchObject({ ...stranger, user_agent: unknown['user-agent'], user_id: null });
    });

    it('a login that is refused because the account is inactive', async () => {
      const account = await deployment.accounts().register();
      await admin.patch(`/api/v1/users/${account.id}`, { is_active: false });
      expectProblem(await login(account, headers), 403, 'user_inactive');
      await expect(trail.of(account.id, 'session.login_failed')).resolves.toHaveLength(1);
    });

    it.each<
      [string, (member: Awaited<ReturnType<typeof signUp>>) => Promise<unknown>, 'self' | 'admin' | 'nobody']
    >([
      ['logout', ({ client }) => client.post('/api/v1/auth/logout'), 'self'],
      ['revoked_by_user', ({ client, sessionId }) => client.delete(`/api/v1/sessions/${sessionId}`), 'self'],
      ['revoked_by_admin', ({ id }) => admin.delete(`/api/v1/users/${id}/sessions`), 'admin'],
      [
        'refresh_token_reuse',
        async ({ tokens }) => {
          await deployment.accounts().refresh(tokens.refresh_token);
          await deployment.accounts().refresh(tokens.refresh_token);
        },
        'nobody',
      ],
      [
        'password_changed',
        async (member) => {
          const { client } = await deployment.accounts().logIn(member);
          await client.post('/api/v1/users/me/change-password', {
            current_password: member.password,
            new_password: 'Other-Test1234',
          });
        },
        'self',
      ],
      [
        'too_many_sessions',
        async (member) => {
          await deployment.accounts().logIn(member);
          await deployment.accounts().logIn(member);
        },
        'nobody',
      ],
    ])('the end of a session with the reason %s', async (reason, end, by) => {
      const member = await signUp();
      await end(member);
      const actors = { self: member.id, admin: adminId, nobody: null };
      await expect(trail.of(member.id, 'session.revoked')).resolves.toMatchObject([
        {
          user_id: member.id,
          session_id: member.sessionId,
          actor_id: actors[by],
          ip: reason === 'too_many_sessions' ? null : '127.0.0.1',
          details: { reason },
        },
      ]);
    });

    it('each of several sessions that end at once', async () => {
      const first = await signUp();
      const second = await deployment.accounts().logIn(first);
      await admin.delete(`/api/v1/users/${first.id}/sessions`);
      const events = await trail.of(first.id, 'session.revoked');
      expect(events.map(({ session_id: id }) => id).sort()).toEqual(
        [first.sessionId, second.sessionId].sort(),
      );
    });

    it('a new password', async () => {
      const { client, id, password } = await signUp();
      const change = { current_password: password, new_password: 'Other-Test1234' };
      await client.post('/api/v1/users/me/change-password', change, { headers });
      await expect(trail.of(id, 'user.password_changed')).resolves.toMatchObject([
        { actor_id: id, ip: '127.0.0.1', user_agent: USER_AGENT, details: {} },
      ]);
    });

    it('a wrong current password', async () => {
      const { client, id, sessionId } = await signUp();
      const change = { current_password: 'wrong-Test1234', new_password: 'Other-Test1234' };
      expectProblem(
        await client.post('/api/v1/users/me/change-password', change, { headers }),
        403,
        'wrong_password',
      );
      await expect(trail.of(id, 'user.password_change_failed')).resolves.toMatchObject([
        {
          actor_id: id,
          session_id: sessionId,
          ip: '127.0.0.1',
          user_agent: USER_AGENT,
          details: { reason: 'wrong_password' },
        },
      ]);
    });

    it('a change of the role, with the old and the new one', async () => {
      const { id } = await signUp();
      await admin.patch(`/api/v1/users/${id}`, { role: 'researcher' }, { headers });
      await expect(trail.of(id, 'user.role_changed')).resolves.toMatchObject([
        { actor_id: adminId, user_agent: USER_AGENT, details: { from: 'student', to: 'researcher' } },
      ]);
    });

    it('a deactivation and an activation', async () => {
      const { id } = await signUp();
      await admin.patch(`/api/v1/users/${id}`, { is_active: false });
      await admin.patch(`/api/v1/users/${id}`, { is_active: true });
      const events = await trail.of(id);
      expect(events.slice(0, 2)).toMatchObject([
        { action: 'user.activated', actor_id: adminId, ip: '127.0.0.1' },
        { action: 'user.deactivated', actor_id: adminId, ip: '127.0.0.1' },
      ]);
    });
  });

  it('has no line for a request that changed nothing, was refused or was repeated', async () => {
    const member = await signUp();
    const before = await trail.of(member.id);
    const { client, id } = member;
    await admin.patch(`/api/v1/users/${id}`, { role: 'student', is_active: true });
    await admin.patch(`/api/v1/users/${id}`, {});
    expectProblem(await client.patch(`/api/v1/users/${id}`, { role: 'admin' }), 403);
    expectProblem(await client.delete(`/api/v1/sessions/${randomUUID()}`), 404);
    await expect(trail.of(id)).resolves.toEqual(before);
    await client.post('/api/v1/auth/logout');
    expectProblem(await client.post('/api/v1/auth/logout'), 401);
    await admin.delete(`/api/v1/users/${id}/sessions`);
    await expect(trail.of(id)).resolves.toHaveLength(before.length + 1);
  });

  it('contains no secret, and no e-mail address that was typed', async () => {
    const member = await signUp();
    const typed = `typed-${randomUUID()}@example.org`;
    const wrong = `wrong-${randomUUID()}`;
    const { body: renewed } = await deployment.accounts().refresh(member.tokens.refresh_token);
    await deployment.accounts().refresh(member.tokens.refresh_token);
    await login({ email: typed, password: wrong });
    await login({ email: member.email, password: wrong });
    const rows = await sql<{ line: string }>(
      deployment.databaseUrl,
      'SELECT to_jsonb(audit_events)::text AS line FROM audit_events',
    );
    const text = rows.map(({ line }) => line).join('\n');
    expect(text).toContain(member.id);
    const [{ refresh_jti: jti } = { refresh_jti: '' }] = await sql<{ refresh_jti: string }>(
      deployment.databaseUrl,
      'SELECT refresh_jti FROM sessions WHERE id = $1',
      [member.sessionId],
    );
    const secrets = [typed, wrong, member.password, member.email, ADMIN.password, jti, '$argon2', 'eyJ'];
    const signatures = [member.tokens, renewed].flatMap((tokens: Tokens) =>
      [tokens.access_token, tokens.refresh_token].map((token) => token.split('.')[2]!),
    );
    for (const secret of [...secrets, ...signatures]) {
      expect(secret).not.toBe('');
      expect(text).not.toContain(secret);
    }
  });

  it('cannot be changed, not even by SQL', async () => {
    for (const statement of [
      `UPDATE audit_events SET action = 'x'`,
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
      `INSERT INTO audit_events (id, action) OVERRIDING SYSTEM VALUE SELECT id, 'x' FROM audit_events LIMIT 1`,
    ]) {
      const changed = sql(deployment.databaseUrl, statement);
      await expect(changed).rejects.toThrow(/append-only|not truncated|duplicate key/);
    }
  });

  type Credentials = Pick<Account, 'email' | 'password'>;
  const login = ({ email, password }: Credentials, sent: Record<string, string> = {}) =>
    deployment.client().post('/api/v1/auth/login/json', { email, password }, { headers: sent });
});
