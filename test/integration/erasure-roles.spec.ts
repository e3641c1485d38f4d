import { migrate } from '../../src/database/migrate.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { runSqlFile } from '../support/postgres/psql.js';
import { databaseUrl, sql } from '../support/postgres/sql.js';
import { register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

describe('an erasure by the role ergodrive_service', () => {
  let postgres: PostgresServer;
  let app: AppInProcess;

  const urlOf = (role: string) => `postgresql://${role}@127.0.0.1:${postgres.port}/ergodrive`;
  const asService = (statement: string) => sql(urlOf('ergodrive_service'), statement);

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    await postgres.query('CREATE DATABASE ergodrive');
    await runSqlFile(databaseUrl(postgres.url(), 'ergodrive'), 'deploy/postgresql/roles.sql');
    await migrate('test', primaryOf(urlOf('ergodrive_owner')));
    app = await AppInProcess.start({ DATABASE_URL: urlOf('ergodrive_service') });
  });
  afterAll(async () => {
    await app.stop();
    await postgres.stop();
  });

  it('lets the service erase a person, whose events it may not change otherwise', async () => {
    const member = await register(app);
    const erased = await app.call('DELETE', '/api/v1/users/me', {
      token: member.token,
      body: { current_password: member.password },
    });
    expect(erased).toMatchObject({ status: 204 });
    const events = await asService(
      `SELECT action, ip, user_agent FROM audit_events WHERE user_id = '${member.id}' ORDER BY id DESC`,
    );
    expect(events[0]).toMatchObject({ action: 'user.erased' });
    expect(events).toEqual(events.map((event) => ({ ...event, ip: null, user_agent: null })));
    await expect(
      asService(`UPDATE audit_events SET ip = NULL WHERE user_id = '${member.id}'`),
    ).rejects.toThrow('permission denied');
  });

  it('lets nobody put tables of their own in the place of those of the erasure', async () => {
    const [row] = await asService(
      `SELECT proconfig::text AS settings, prosecdef AS has_rights_of_owner, pg_get_userbyid(proowner) AS owner
       FROM pg_proc WHERE proname = 'pseudonymise_audit_events'`,
    );
    expect(row).toEqual({
      settings: '{"search_path=public, pg_temp"}',
      has_rights_of_owner: true,
      owner: 'ergodrive_owner',
    });
  });
});
