import { AuditRetentionService } from '../../src/audit/audit-retention.service.js';
import { ConfigurationError } from '../../src/config/configuration.error.js';
import { migrate } from '../../src/database/migrate.js';
import { LogRetentionService } from '../../src/log/log-retention.service.js';
import { HistoryClaim } from '../../src/log/history-claim.js';
import { LimitCleanupService } from '../../src/limits/limit-cleanup.service.js';
import { MailCleanupService } from '../../src/mail/mail-cleanup.service.js';
import { SessionCleanupService } from '../../src/sessions/session-cleanup.service.js';
import { basic } from '../support/app/oauth-client.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { MailServer, Refusal } from '../support/mail/mail-server.js';
import { PostgresDump } from '../support/postgres/postgres-dump.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { runSqlFile } from '../support/postgres/psql.js';
import { sql } from '../support/postgres/sql.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { expectAnswer, getMe, logIn, register, verdictOf } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { FROM, hurry, queue, registerKind, untilEmpty, untilRows } from './mail-fixture.js';
import { registerAdmin, registerClient } from './oauth-clients.js';

const DATABASE = 'ergodrive';

describe('the roles of deploy/postgresql/roles.sql', () => {
  let postgres: PostgresServer;
  let redis: TestRedis;
  let keys: SigningKeysFile;
  let mails: MailServer;
  let app: AppInProcess;
  /** What a start before the migrations says. */
  let early: unknown;

  const urlOf = (role: string) => `postgresql://${role}@127.0.0.1:${postgres.port}/${DATABASE}`;
  const asOwner = (statement: string) => sql(urlOf('ergodrive_owner'), statement);
  const asService = (statement: string) => sql(urlOf('ergodrive_service'), statement);
  const makeRoles = () => runSqlFile(urlOf('postgres'), 'deploy/postgresql/roles.sql');
  const start = () =>
    AppInProcess.start({
      DATABASE_URL: urlOf('ergodrive_service'),
      REDIS_URL: redis.url,
      RATE_LIMIT_ENABLED: 'true',
      AUDIT_RETENTION_DAYS: '30',
      SIGNING_KEYS_FILE: keys.path,
      SMTP_URL: mails.url,
      MAIL_FROM: FROM,
    });
  /** Each connection of the pool to the tables from before a restore fails once, when it is used. */
  const registerAtLast = () => waitFor(() => register(app), { what: 'a registration' });

  beforeAll(async () => {
    [postgres, redis, keys, mails] = await Promise.all([
      PostgresServer.start(),
      createTestRedis(),
      SigningKeysFile.create(),
      MailServer.start(),
    ]);
    await postgres.query(`CREATE DATABASE ${DATABASE}`);
    await makeRoles();
    early = await start().catch((error: unknown) => error);
    await migrate('test', primaryOf(urlOf('ergodrive_owner')));
    app = await start();
    await app.trusted();
  }, 120_000);
  afterAll(async () => {
    await app.stop();
    await mails.down();
    await redis.stop();
    await postgres.stop();
    await keys.remove();
  });

  it('do not let the service apply migrations, and its start says how to apply them', () => {
    expect(early).toBeInstanceOf(ConfigurationError);
    expect(String(early)).toMatch(
      /DATABASE_URL names a role that may not apply the pending migrations.*node dist\/migrate\.js/,
    );
  });

  it('let the service register, log in, log out and change roles, and follow its log', async () => {
    const admin = await registerAdmin(app);
    const member = await register(app);
    await expect(getMe(app, member)).resolves.toBe('200');
    await app.call('POST', '/api/v1/auth/logout', { token: member.token });
    await expect(verdictOf(app, member)).resolves.toBe('revoked');
    const again = await logIn(app, member);
    const change = (body: object) =>
      app.call('PATCH', `/api/v1/users/${member.id}`, { token: admin.token, body });
    await expect(change({ role: 'researcher' })).resolves.toMatchObject({ status: 200 });
    await expect(verdictOf(app, again)).resolves.toBe('researcher');
    await expect(change({ is_active: false })).resolves.toMatchObject({ status: 200 });
    await expect(verdictOf(app, again)).resolves.toBe('revoked');
    const client = await registerClient(app, admin);
    const headers = { authorization: basic(client) };
    const poll = { maxEvents: 1, returnImmediately: true };
    await expectAnswer(app.call('POST', '/api/v1/events/poll', { headers, body: poll }), 200);
    const path = `/api/v1/clients/${client.id}`;
    await expect(app.call('DELETE', path, { token: admin.token })).resolves.toMatchObject({ status: 204 });
    const { body } = await app.call('GET', '/health');
    expect(body).toMatchObject({ status: 'healthy', database: { notifications: 'delivered' } });
    const { system } = Reflect.get(app.get(HistoryClaim), 'identity') as { system: string };
    expect(system).toMatch(/^\d+$/);
  });

  it('let the service write mails, send them, try them again, and remove what is dead', async () => {
    const url = urlOf('ergodrive_service');
    const { email } = await register(app);
    await untilEmpty(url);
    expect(mails.mails.map(({ to }) => to)).toContain(email);
    registerKind(app);
    mails.onAddress = () => {
      throw new Refusal(451, 'later');
    };
    await queue(app);
    await untilRows(url, ([row]) => row?.last_error !== null, 'the failure');
    mails.onAddress = () => {
      throw new Refusal(550, 'never');
    };
    await hurry(url);
    await untilRows(url, ([row]) => row?.failed_at !== null, 'a dead letter');
    await asService(`UPDATE mail_outbox SET failed_at = now() - interval '31 days'`);
    await expect(app.get(MailCleanupService).remove()).resolves.toBe(1);
    await asService(`INSERT INTO mail_outbox (kind, expires_at) VALUES ('x', now())`);
    await untilRows(url, ([row]) => row?.failed_at !== null, 'an expired mail');
  });

  it('let the service do its background tasks', async () => {
    await register(app);
    await asOwner(
      `INSERT INTO audit_events (action, at) VALUES ('user.registered', now() - interval '31 days')`,
    );
    await asService(`
      INSERT INTO limit_counts VALUES ('old', 1, now() - interval '1 day');
      INSERT INTO log_positions VALUES ('other', now() - interval '1 year', '0');
      UPDATE sessions SET expires_at = now() - interval '31 days'`);
    await expect(app.get(AuditRetentionService).prune()).resolves.toBe(1);
    await expect(app.get(LimitCleanupService).remove()).resolves.toBeGreaterThan(0);
    await expect(app.get(SessionCleanupService).removeEnded()).resolves.toBeGreaterThan(0);
    await app.get(LogRetentionService).storePosition();
    await expect(app.get(LogRetentionService).prune()).resolves.toEqual(expect.any(Number));
    await expect(asService(`SELECT FROM log_positions WHERE history = 'other'`)).resolves.toEqual([]);
  });

  describe('after the script ran again', () => {
    beforeAll(async () => {
      await register(app);
      await makeRoles();
    });

    it.each([
      'ALTER TABLE users ADD COLUMN more text',
      'ALTER TABLE audit_events DISABLE TRIGGER ALL',
      `SET session_replication_role = 'replica'`,
      'DROP TABLE sessions',
      'DROP TRIGGER audit_events_append_only ON audit_events',
      'DROP FUNCTION log_session_end() CASCADE',
      'TRUNCATE limit_counts',
      'TRUNCATE audit_events',
      'CREATE TABLE more ()',
      'CREATE TEMPORARY TABLE more ()',
      'CREATE SCHEMA more',
      `CREATE OR REPLACE FUNCTION log_invalidation(kind text, user_id uuid, session_id uuid, reason text)
         RETURNS void LANGUAGE sql AS ''`,
      'CREATE TRIGGER more AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()',
      `UPDATE audit_events SET action = 'x'`,
      `INSERT INTO audit_events (action, at) VALUES ('user.registered', now() - interval '31 days')`,
      `INSERT INTO audit_events (id, action) OVERRIDING SYSTEM VALUE VALUES (1, 'user.registered')`,
      'SELECT FROM audit_events FOR UPDATE',
      'DELETE FROM migrations',
      `INSERT INTO migrations (timestamp, name) VALUES (1, 'x')`,
      'SET ROLE ergodrive_owner',
    ])('refuse the service: %s', async (statement) => {
      await expect(asService(statement)).rejects.toThrow(/permission denied|must be owner/);
    });

    it('refuse the service the deletion of audit events of the last day', async () => {
      await expect(asService('DELETE FROM audit_events')).rejects.toThrow('append-only');
      const setting = `SET ergodrive.audit_retention = 'on'`;
      await expect(asService(`${setting}; DELETE FROM audit_events`)).rejects.toThrow('append-only');
    });

    it('let the service use the tables of a later migration without a grant', async () => {
      await asOwner('CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY, text text)');
      await asService(
        `INSERT INTO later (text) VALUES ('x'); UPDATE later SET text = 'y'; DELETE FROM later`,
      );
      await expect(asService('DROP TABLE later')).rejects.toThrow('must be owner');
      await asOwner('DROP TABLE later');
    });
  });

  it('are as before after a restore, once the script ran again', async () => {
    const may = async () => {
      const [row] = await sql<{ changes: boolean; lists: boolean; dates: boolean }>(
        urlOf('postgres'),
        `SELECT has_table_privilege('ergodrive_service', 'audit_events', 'UPDATE') AS changes,
           has_table_privilege('ergodrive_service', 'migrations', 'DELETE') AS lists,
           has_column_privilege('ergodrive_service', 'audit_events', 'at', 'INSERT') AS dates`,
      );
      return row;
    };
    const [all, none] = [true, false].map((may) => ({ changes: may, lists: may, dates: may }));
    await expect(PostgresDump.of(urlOf('ergodrive_service'))).rejects.toThrow('permission denied');
    const dump = await PostgresDump.of(urlOf('ergodrive_owner'));
    await expect(may()).resolves.toEqual(none);
    await dump.restore(urlOf('ergodrive_owner'), { clean: true });
    // The default privileges of the new tables come first, and a dump only adds.
    await expect(may()).resolves.toEqual(all);
    await makeRoles();
    await expect(may()).resolves.toEqual(none);
    await dump.remove();
    await app.trusted();
    await expect(registerAtLast()).resolves.toMatchObject({ id: expect.any(String) });
  });

  it('take over tables that a single role created', async () => {
    await postgres.query(`CREATE ROLE former LOGIN`);
    await postgres.query(`CREATE DATABASE former OWNER former`);
    const url = (role: string) => `postgresql://${role}@127.0.0.1:${postgres.port}/former`;
    await migrate('test', primaryOf(url('former')));
    await runSqlFile(url('postgres'), 'deploy/postgresql/roles.sql');
    await sql(
      url('postgres'),
      'GRANT ergodrive_owner TO former; REASSIGN OWNED BY former TO ergodrive_owner',
    );
    await migrate('test', primaryOf(url('ergodrive_service')));
    for (const role of ['former', 'ergodrive_service'])
      await sql(url(role), 'SELECT FROM users; SELECT FROM audit_events');
    const tables = ['users', 'audit_events', 'migrations'];
    const owners = await sql<{ tableowner: string }>(
      url('postgres'),
      'SELECT DISTINCT tableowner FROM pg_tables WHERE tablename = ANY ($1)',
      [tables],
    );
    expect(owners).toEqual([{ tableowner: 'ergodrive_owner' }]);
  });

  it('survive a restart of PostgreSQL: the service keeps working', async () => {
    const member = await registerAtLast();
    await postgres.restart();
    await waitFor(async () => (await getMe(app, member)) === '200', { what: 'an answer', timeoutMs: 30_000 });
    await app.trusted();
  });
});
