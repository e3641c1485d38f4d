import type { ApiClient } from '../support/app/api-client.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { LiveClient } from './support/live-client.js';
import { ADMIN, beforeSuite, Deployment, type Member } from './support/suite.js';

const SESSIONS_PER_USER = '3';

describe('a live channel on another instance', () => {
  let adminClient: ApiClient;

  const redis = beforeSuite(() => RedisServer.start());
  const deployment = beforeSuite(() => {
    const env = { REFRESH_GRACE_SECONDS: '0', SESSIONS_PER_USER };
    return Deployment.start({ instances: [env, env], redisUrl: redis.url });
  });
  // Everybody's sessions end here, that of the admin too.
  beforeEach(async () => {
    adminClient = await deployment.admin();
  });

  const signUp = () => deployment.accounts().signUp();
  const again = (member: Member) => deployment.accounts().logIn(member);
  const watch = ({ sessionId, tokens }: Member) =>
    LiveClient.watch(deployment.apps[1]!, sessionId, tokens.access_token);

  async function expectEnd(live: LiveClient, { sessionId }: Member, reason: string): Promise<void> {
    await expect(live.receives('session.revoked')).resolves.toEqual({
      type: 'session.revoked',
      session_id: sessionId,
      reason,
    });
    await expect(live.closed()).resolves.toEqual({ code: 4001, reason: 'session.revoked' });
    expect(live.messages.filter(({ type }) => type === 'session.revoked')).toHaveLength(1);
  }

  describe.each([
    ['Redis up', async () => deployment.trusted()],
    [
      'Redis stopped',
      async () => {
        await redis.kill9();
        await deployment.degraded();
      },
    ],
  ])('with %s', (_, prepare) => {
    beforeAll(prepare);

    const endings: [reason: string, end: (watched: Member) => Promise<unknown>][] = [
      ['logout', ({ client }) => client.post('/api/v1/auth/logout')],
      ['revoked_by_user', async (watched) => (await again(watched)).client.delete('/api/v1/sessions')],
      ['revoked_by_user', ({ client, sessionId }) => client.delete(`/api/v1/sessions/${sessionId}`)],
      ['revoked_by_admin', ({ id }) => adminClient.delete(`/api/v1/users/${id}/sessions`)],
      ['user_deactivated', ({ id }) => adminClient.patch(`/api/v1/users/${id}`, { is_active: false })],
      [
        'refresh_token_reuse',
        async ({ tokens }) => {
          await deployment.accounts().refresh(tokens.refresh_token);
          await deployment.accounts().refresh(tokens.refresh_token);
        },
      ],
      [
        'password_changed',
        async (watched) => {
          const other = await again(watched);
          await other.client.post('/api/v1/users/me/change-password', {
            current_password: watched.password,
            new_password: 'Other-Test1234',
          });
        },
      ],
      ['ended_for_everybody', () => adminClient.post('/api/v1/sessions/end-everybody')],
      [
        'too_many_sessions',
        async (watched) => {
          for (let more = 0; more < Number(SESSIONS_PER_USER); more++) await again(watched);
        },
      ],
    ];

    it.each(endings)('receives the end of its session with the reason %s', async (reason, end) => {
      const watched = await signUp();
      const live = await watch(watched);
      await end(watched);
      await expectEnd(live, watched, reason);
    });

    it('receives the end of its session, as does every other channel that watches the session', async () => {
      const watched = await signUp();
      const other = await again(watched);
      const { access_token } = await deployment.accounts().login(ADMIN);
      const lives = await Promise.all([
        watch(watched),
        watch(watched),
        LiveClient.watch(deployment.apps[0]!, watched.sessionId, watched.tokens.access_token),
        LiveClient.watch(deployment.apps[1]!, watched.sessionId, other.tokens.access_token),
        LiveClient.watch(deployment.apps[1]!, watched.sessionId, access_token),
      ]);
      await other.client.delete(`/api/v1/sessions/${watched.sessionId}`);
      for (const live of lives) await expectEnd(live, watched, 'revoked_by_user');
    });

    it('receives the end of the session whose token opened it', async () => {
      const watched = await signUp();
      const own = await again(watched);
      const live = await LiveClient.watch(deployment.apps[1]!, watched.sessionId, own.tokens.access_token);
      await own.client.post('/api/v1/auth/logout');
      await expect(live.receives('session.revoked')).resolves.toMatchObject({
        session_id: own.sessionId,
        reason: 'logout',
      });
      await expect(live.closed()).resolves.toEqual({ code: 4401, reason: 'token_revoked' });
    });

    it('receives the end of its own session, and of others of the account that the list has changed, as an admin does who watches it', async () => {
      const [kept, ended] = await signUp().then(async (first) => [first, await again(first)] as const);
      const [stranger, live, other] = [await signUp().then(watch), await watch(kept), await watch(ended)];
      const { access_token: adminToken } = await deployment.accounts().login(ADMIN);
      const watcher = await LiveClient.watch(deployment.apps[1]!, kept.sessionId, adminToken);
      await kept.client.delete(`/api/v1/sessions/${ended.sessionId}`);
      await expectEnd(other, ended, 'revoked_by_user');
      await expect(live.receives('sessions.changed')).resolves.toEqual({
        type: 'sessions.changed',
        session_id: ended.sessionId,
        reason: 'revoked_by_user',
      });
      await expect(watcher.receives('sessions.changed')).resolves.toMatchObject({
        session_id: ended.sessionId,
      });
      await stranger.settled();
      expect(stranger.messages.map(({ type }) => type)).toEqual(['connection']);
      for (const each of [stranger, live, watcher]) each.leave();
    });

    it('receives a refresh of its session', async () => {
      const member = await signUp();
      const live = await watch(member);
      await deployment.accounts().refresh(member.tokens.refresh_token);
      await expect(live.receives('session.refreshed')).resolves.toEqual({
        type: 'session.refreshed',
        session_id: member.sessionId,
      });
      live.leave();
    });

    it('receives a repeated refresh of its session', async () => {
      const member = await signUp();
      const live = await watch(member);
      const body = { refresh_token: member.tokens.refresh_token };
      const headers = { 'idempotency-key': member.sessionId };
      for (let time = 0; time < 2; time++) {
        const answer = await deployment.client().post('/api/v1/auth/refresh', body, { headers });
        expect(answer.status).toBe(200);
      }
      await expect(live.receives('session.refresh_repeated')).resolves.toEqual({
        type: 'session.refresh_repeated',
        session_id: member.sessionId,
      });
      live.leave();
    });

    it('receives a new name and a new role of its user', async () => {
      const member = await signUp();
      const live = await watch(member);
      await member.client.patch('/api/v1/users/me', { full_name: 'New Name' });
      await expect(live.receives('user.updated')).resolves.toEqual({
        type: 'user.updated',
        user: { id: member.id, email: member.email, full_name: 'New Name', role: 'student', is_active: true },
      });
      live.messages.length = 0;
      await adminClient.patch(`/api/v1/users/${member.id}`, { role: 'researcher' });
      await expect(live.receives('user.updated')).resolves.toMatchObject({ user: { role: 'researcher' } });
      live.leave();
    });

    it('is closed when the admin who watches the session loses the role', async () => {
      const [watched, helper] = [await signUp(), await signUp()];
      await adminClient.patch(`/api/v1/users/${helper.id}`, { role: 'admin' });
      const live = await LiveClient.watch(deployment.apps[1]!, watched.sessionId, helper.tokens.access_token);
      const own = await watch(helper);
      await adminClient.patch(`/api/v1/users/${helper.id}`, { role: 'student' });
      await expect(live.closed()).resolves.toEqual({ code: 4403, reason: 'not your session' });
      expect(live.messages.map(({ type }) => type)).toEqual(['connection']);
      await expect(own.receives('user.updated')).resolves.toMatchObject({ user: { role: 'student' } });
      own.leave();
    });
  });
});
