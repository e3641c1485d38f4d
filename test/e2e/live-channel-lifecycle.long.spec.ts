import { AppProcess } from '../support/app/app-process.js';
import { api } from '../support/app/api-client.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { Accounts, type Member } from './support/accounts.js';
import { ADMIN, Deployment } from './support/deployment.js';
import { LiveClient } from './support/live-client.js';

const watch = (app: AppProcess, { sessionId, tokens }: Member) =>
  LiveClient.watch(app, sessionId, tokens.access_token);

describe('a live channel whose instance', () => {
  describe('loses the connection by which it follows the log', () => {
    const FOLLOWERS = `FROM pg_stat_activity WHERE application_name LIKE '%-follower' AND datname = current_database()`;
    let deployment: Deployment<AppProcess>;

    beforeAll(async () => {
      deployment = await Deployment.ofProcesses({ instances: [{}, {}] });
    });
    afterAll(() => deployment.stop());

    it('receives, once the connection is back, the ends that were missed, and later ones', async () => {
      const [first, second] = [await deployment.accounts().signUp(), await deployment.accounts().signUp()];
      const lives = [await watch(deployment.apps[1]!, first), await watch(deployment.apps[1]!, second)];
      const killed = await sql<{ pid: number }>(
        deployment.databaseUrl,
        `SELECT pid, pg_terminate_backend(pid) ${FOLLOWERS}`,
      );
      expect(killed).toHaveLength(2);
      await first.client.post('/api/v1/auth/logout');
      await expect(lives[0]?.receives('session.revoked')).resolves.toMatchObject({ reason: 'logout' });
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
    it('is closed with 1001, and does not delay the shutdown', async () => {
      const deployment = await Deployment.ofProcesses();
      const [app] = deployment.apps;
      const member = await deployment.accounts().signUp();
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
          const other = await accounts.logIn(member);
          await other.client.post('/api/v1/users/me/change-password', {
            current_password: member.password,
            new_password: 'Other-Test1234',
          });
        },
      ],
    ])('receives the end of its session with the reason %s', async (reason, end) => {
      const member = await accounts.signUp();
      const { access_token } = await accounts.login(ADMIN);
      const lives = [await watch(app, member), await LiveClient.watch(app, member.sessionId, access_token)];
      await end(member);
      for (const live of lives) {
        await expect(live.receives('session.revoked')).resolves.toEqual({
          type: 'session.revoked',
          session_id: member.sessionId,
          reason,
        });
        await expect(live.closed()).resolves.toMatchObject({ code: 4001 });
      }
    });

    it('receives refreshes and changes of the user', async () => {
      const member = await accounts.signUp();
      const live = await watch(app, member);
      await accounts.refresh(member.tokens.refresh_token);
      await live.receives('session.refreshed');
      await (await admin()).patch(`/api/v1/users/${member.id}`, { role: 'researcher' });
      await expect(live.receives('user.updated')).resolves.toMatchObject({ user: { role: 'researcher' } });
      live.leave();
    });
  });
});
