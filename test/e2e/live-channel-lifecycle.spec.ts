import { AppProcess } from '../support/app-process.js';
import { api } from '../support/api-client.js';
import { sql } from '../support/sql.js';
import { waitFor } from '../support/wait-for.js';
import { Accounts, type Member } from './accounts.js';
import { ADMIN, Deployment } from './deployment.js';
import { LiveClient } from './live-client.js';

const watch = (app: AppProcess, { sessionId, tokens }: Member) =>
  LiveClient.watch(app, sessionId, tokens.access_token);

describe('a live channel whose instance', () => {
  describe('loses the connection on which it hears of changes', () => {
    const FOLLOWERS = `FROM pg_stat_activity WHERE application_name LIKE '%-follower' AND datname = current_database()`;
    let deployment: Deployment;

    beforeAll(async () => {
      deployment = await Deployment.start({ instances: [{}, {}] });
    });
    afterAll(() => deployment.stop());

    it('hears of an end in between, once it is back, and of later ones', async () => {
      const [first, second] = [await deployment.accounts().join(), await deployment.accounts().join()];
      const lives = [await watch(deployment.apps[1]!, first), await watch(deployment.apps[1]!, second)];
      const killed = await sql<{ pid: number }>(
        deployment.databaseUrl,
        `SELECT pid, pg_terminate_backend(pid) ${FOLLOWERS}`,
      );
      expect(killed).toHaveLength(2);
      await first.client.post('/api/v1/auth/logout');
      await expect(lives[0]?.hears('session.revoked')).resolves.toMatchObject({ reason: 'logout' });
      await expect(lives[0]?.closed()).resolves.toMatchObject({ code: 4001 });
      await waitFor(
        async () => {
          const back = await sql<{ pid: number }>(deployment.databaseUrl, `SELECT pid ${FOLLOWERS}`);
          return back.length === 2 && back.every(({ pid }) => killed.every((gone) => gone.pid !== pid));
        },
        { what: 'both instances to listen again' },
      );
      await second.client.post('/api/v1/auth/logout');
      await expect(lives[1]?.closed()).resolves.toMatchObject({ code: 4001 });
    });
  });

  describe('shuts down', () => {
    it('is closed with 1001, and holds nobody up', async () => {
      const deployment = await Deployment.start();
      const [app] = deployment.apps;
      const member = await deployment.accounts().join();
      const live = await watch(app!, member);
      const unauthenticated = await LiveClient.open(app!, member.sessionId);
      const silent = await watch(app!, member);
      // A peer that answers nothing any more, the close included.
      silent.socket.pause();
      const began = performance.now();
      const stopped = app!.stop();
      for (const each of [live, unauthenticated]) {
        await expect(each.closed()).resolves.toEqual({ code: 1001, reason: 'shutting down' });
      }
      await expect(stopped).resolves.toBe(0);
      expect(performance.now() - began).toBeLessThan(4000);
      silent.socket.terminate();
      await deployment.stop();
    });
  });

  describe('runs without PostgreSQL and Redis of its own', () => {
    let app: AppProcess;
    let accounts: Accounts;

    beforeAll(async () => {
      const env = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password, RATE_LIMIT_ENABLED: 'false' };
      app = await AppProcess.start({ env });
      accounts = new Accounts(api(app.url));
    });
    afterAll(() => app.stop());

    const admin = async () => api(app.url, { token: (await accounts.login(ADMIN)).access_token });

    it.each<[string, (member: Member) => Promise<unknown>]>([
      ['logout', ({ client }) => client.post('/api/v1/auth/logout')],
      [
        'user_deactivated',
        async ({ id }) => (await admin()).patch(`/api/v1/users/${id}`, { is_active: false }),
      ],
      ['revoked_by_admin', async ({ id }) => (await admin()).delete(`/api/v1/users/${id}/sessions`)],
      [
        'password_changed',
        async (member) => {
          const other = await accounts.enter(member);
          await other.client.post('/api/v1/users/me/change-password', {
            current_password: member.password,
            new_password: 'Other-Test1234',
          });
        },
      ],
    ])('hears of %s', async (reason, end) => {
      const member = await accounts.join();
      const { access_token } = await accounts.login(ADMIN);
      const lives = [await watch(app, member), await LiveClient.watch(app, member.sessionId, access_token)];
      await end(member);
      for (const live of lives) {
        await expect(live.hears('session.revoked')).resolves.toEqual({
          type: 'session.revoked',
          session_id: member.sessionId,
          reason,
        });
        await expect(live.closed()).resolves.toMatchObject({ code: 4001 });
      }
    });

    it('hears of refreshes and of what the user becomes', async () => {
      const member = await accounts.join();
      const live = await watch(app, member);
      await accounts.refresh(member.tokens.refresh_token);
      await live.hears('session.refreshed');
      await (await admin()).patch(`/api/v1/users/${member.id}`, { role: 'researcher' });
      await expect(live.hears('user.updated')).resolves.toMatchObject({ user: { role: 'researcher' } });
      live.leave();
    });
  });
});
