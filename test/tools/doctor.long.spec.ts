import { PATIENT } from '../support/app/patient.js';
import { AppProcess } from '../support/app/app-process.js';
import { PgBouncer } from '../support/postgres/pgbouncer.js';
import { sql } from '../support/postgres/sql.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { RedisClusterServers } from '../support/redis/redis-cluster.js';
import { SentinelCluster } from '../support/redis/sentinel-cluster.js';
import { ADMIN, Deployment, type DeploymentOptions } from '../e2e/support/deployment.js';
import { examine, rowsWith, runTool } from './support/run-tool.js';

const GRACE = ['--grace-seconds', '1'];
/** A machine that stalls repeats a refresh after this: then that row is skipped. */
const SHORT_GRACE = { REFRESH_GRACE_SECONDS: '1' };
const LONG_GRACE = { REFRESH_GRACE_SECONDS: '300', DELETION_GRACE_DAYS: '7' };
const AS_ADMIN = ['--admin-email', ADMIN.email];
const TIMEOUT_MS = 120_000;
const ADMIN_ENV = { DOCTOR_ADMIN_PASSWORD: ADMIN.password };
const FOR_ADMINS = [
  'admin-login',
  'role-grant',
  'role-granted',
  'role-remove',
  'role-removed',
  'deactivate',
  'deactivated-access',
  'deactivated-login',
];

/** Two instances behind `--url`: the first, once more by its name of the host. */
function targetsOf({ apps: [first, second] }: Deployment): string[] {
  return [
    '--url',
    first!.url.replace('127.0.0.1', 'localhost'),
    '--instance',
    first!.url,
    '--instance',
    second!.url,
  ];
}

describe('npm run doctor', () => {
  describe('on the embedded deployment, without an admin', () => {
    let app: AppProcess;

    beforeAll(async () => {
      app = await AppProcess.start({ env: { ...SHORT_GRACE, ISSUER_URL: '' } });
    });
    afterAll(() => app.stop());

    it('finds that every promise holds, and prints them as one JSON document', async () => {
      const { report, result } = await examine([
        '--url',
        app.url.replace('127.0.0.1', 'localhost'),
        ...GRACE,
      ]);
      expect(rowsWith(report, 'failed')).toEqual([]);
      expect({ code: result.code, ...report }).toEqual({
        code: 0,
        version: 1,
        url: `${app.url.replace('127.0.0.1', 'localhost')}/`,
        instances: [app.url.replace('127.0.0.1', 'localhost')],
        started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        duration_ms: expect.any(Number),
        result: 'ok',
        exit_code: 0,
        rows: expect.any(Array),
        waits: [],
        left: [],
      });
      for (const row of report.rows)
        expect(row).toEqual({
          check: expect.stringMatching(/^[a-z-]+$/),
          promise: expect.any(String),
          instance: row.instance === null ? null : expect.any(String),
          result: expect.stringMatching(/^(ok|skipped)$/),
          ms: row.ms === null ? null : expect.any(Number),
          staleness_ms: row.staleness_ms === null ? null : expect.any(Number),
          detail: expect.any(String),
        });
      const skipped = rowsWith(report, 'skipped').map((row) => row.split(' ')[0]);
      expect(skipped.filter((check) => check !== 'refresh-repeated')).toEqual(FOR_ADMINS);
      expect(report.rows.find(({ check }) => check === 'issuer-address')?.result).toBe('ok');
      expect(report.rows.find(({ check }) => check === 'signing-keys')?.detail).toBe('ES256, 1 key');
    });
  });

  describe('on two instances with Redis, as an admin', () => {
    let deployment: Deployment;

    beforeAll(async () => {
      deployment = await Deployment.start({ instances: [SHORT_GRACE, LONG_GRACE] });
    });
    afterAll(() => deployment.stop());

    it('prints a row for each promise on each instance, and leaves nothing', async () => {
      const args = [...targetsOf(deployment), ...AS_ADMIN, ...GRACE];
      const { code, stdout } = await runTool('doctor', args, { env: ADMIN_ENV });
      expect({ code, failed: /^failed.*/m.exec(stdout)?.[0] }).toEqual({ code: 0 });
      expect(stdout).toMatch(/^result +ms +stale ms +instance +promise/);
      for (const { url } of deployment.apps) {
        const rows = stdout.split('\n').filter((line) => line.includes(` ${url} `));
        const measured = rows.filter((line) => / {2}0\.0 {2}http.*at once$/.test(line));
        expect(measured.map((line) => line.replace(/^.*:\d+ +/, ''))).toEqual([
          'after the logout, the access token is refused at once',
          'a granted role is accepted at once',
          'a role that was taken away is refused at once',
          'after the reuse, the access token is refused at once',
          'after the deactivation, the access token is refused at once',
          'after the erasure, the access token is refused at once',
        ]);
      }
      expect(stdout).toMatch(
        /\n\d+ ok, 0 failed, [45] skipped in [\d.]+ s: every promise that was examined holds\n$/,
      );
      const admin = await deployment.admin();
      const { body } = await admin.get<{ users: object[] }>('/api/v1/users?q=doctor-');
      expect(body.users).toEqual([]);
      // The admin's session of the examination has ended: there is that of this test alone.
      await expect(admin.get('/api/v1/sessions')).resolves.toMatchObject({ body: { total: 1 } });
    });

    it('asks for the erasure of its account when it is interrupted, and says that it takes days', async () => {
      const { report, result } = await examine(['--url', deployment.apps[1]!.url, '--grace-seconds', '300'], {
        onProgress: (stderr, interrupt) => stderr.includes('waiting') && interrupt(),
      });
      expect({ code: result.code, result: report.result }).toEqual({ code: 130, result: 'interrupted' });
      expect(rowsWith(report, 'ok')).toContain('refresh-repeated');
      expect(report.left).toEqual([
        expect.stringMatching(/^The account .* is erased when DELETION_GRACE_DAYS have passed/),
      ]);
      const account = /\(([\w-]{36})\)/.exec(report.left.join())?.[1];
      const admin = await deployment.admin();
      await expect(admin.get(`/api/v1/users/${account}`)).resolves.toMatchObject({
        body: { is_active: false, deletion_due_at: expect.any(String) },
      });
      await expect(
        sql(deployment.databaseUrl, 'SELECT FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [
          account,
        ]),
      ).resolves.toEqual([]);
    });
  });

  describe('as an admin on other deployments', () => {
    const expectPromisesKept = async (options: Omit<DeploymentOptions, 'instances'>, environment = {}) => {
      const own = { ...SHORT_GRACE, ...PATIENT, ...environment };
      const deployment = await Deployment.start({ ...options, instances: [own, own] });
      await deployment.trusted(30_000);
      const { report } = await examine([...targetsOf(deployment), ...AS_ADMIN, ...GRACE], { env: ADMIN_ENV });
      expect(rowsWith(report, 'failed')).toEqual([]);
      expect(report.result).toBe('ok');
      const skipped = rowsWith(report, 'skipped').map((row) => row.split(' ')[0]);
      expect(skipped.filter((check) => FOR_ADMINS.includes(check!))).toEqual([]);
      await deployment.stop();
    };

    it(
      'finds that every promise holds on Sentinel',
      async () => {
        const cluster = await SentinelCluster.start();
        const hosts = cluster.sentinels.map(({ host, port }) => `${host}:${port}`).join(',');
        await expectPromisesKept({ redisUrl: `redis+sentinel://${hosts}/${cluster.masterName}` });
        await cluster.stop();
      },
      TIMEOUT_MS,
    );

    it(
      'finds that every promise holds on a Redis Cluster',
      async () => {
        const cluster = await RedisClusterServers.start();
        await expectPromisesKept({ redisUrl: cluster.url });
        await cluster.stop();
      },
      TIMEOUT_MS,
    );

    it(
      'finds that every promise holds behind PgBouncer in transaction mode',
      async () => {
        const database = await createTestDatabase();
        const pooler = await PgBouncer.start(Number(new URL(database.url).port));
        const direct = { DATABASE_DIRECT_URL: database.url };
        await expectPromisesKept({ databaseUrl: pooler.through(database.url) }, direct);
        await pooler.stop();
        await database.drop();
      },
      TIMEOUT_MS,
    );
  });
});
