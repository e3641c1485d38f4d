import { randomUUID } from 'node:crypto';
import { DataSource, type EntitySubscriberInterface, type QueryRunner } from 'typeorm';
import { isDatabaseOutage } from '../../src/common/database-errors.js';
import { type TestDatabase } from '../support/postgres/test-database.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { expectAnswer, logIn, type Member } from './accounts.js';
import { AppInProcess } from './app-in-process.js';
import { registerAdmin, registerClient } from './oauth-clients.js';
import { appSuite } from './app-suite.js';

/** Ends the connection of the first statement that it is armed for, after the statement and before the next one. */
class ConnectionLoss implements EntitySubscriberInterface {
  private statement: RegExp | undefined;

  constructor(private readonly database: TestDatabase) {}

  get isArmed(): boolean {
    return this.statement !== undefined;
  }

  arm(statement: RegExp): void {
    this.statement = statement;
  }

  async afterQuery({ query, queryRunner }: { query: string; queryRunner: QueryRunner }): Promise<void> {
    if (this.statement?.test(query) !== true) return;
    this.statement = undefined;
    const { processID } = (await queryRunner.connect()) as { processID: number };
    await sql(this.database.url, 'SELECT pg_terminate_backend($1)', [processID]);
    await waitFor(() => queryRunner.isReleased, { what: 'TypeORM to notice the loss' });
  }
}

/** PostgreSQL ends the connection that queues a mail. */
const LOSE_AT_MAIL = `
  CREATE FUNCTION lose_connection() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
  CREATE TRIGGER lose_connection AFTER INSERT ON mail_outbox EXECUTE FUNCTION lose_connection()`;

describe('a connection that is lost between two statements of a request', () => {
  const { app, database } = appSuite();
  let admin: Member;
  let loss: ConnectionLoss;

  beforeAll(async () => {
    admin = await registerAdmin(app);
    await logIn(app, admin);
    await registerClient(app, admin);
    loss = new ConnectionLoss(database);
    app.get(DataSource).subscribers.push(loss);
  });

  // A page that is full takes two statements: one for its rows, one for their total.
  it.each([
    { route: 'GET /api/v1/sessions?page_size=1', after: /FROM "sessions"/ },
    { route: 'GET /api/v1/users?page_size=1', after: /FROM "users"/ },
    { route: 'GET /api/v1/clients?page_size=1', after: /FROM "oauth_clients"/ },
  ])('causes 503, and the same request succeeds afterwards: $route', async ({ route, after }) => {
    const [method = '', path = ''] = route.split(' ');
    loss.arm(after);
    await expect(app.call(method, path, { token: admin.token })).resolves.toMatchObject({
      status: 503,
      body: { code: 'temporarily_unavailable' },
      headers: { 'retry-after': '1' },
    });
    expect(loss.isArmed).toBe(false);
    await expect(app.call(method, path, { token: admin.token })).resolves.toMatchObject({ status: 200 });
  });

  it('causes 503 for a registration, of which nothing is kept', async () => {
    const body = { email: `${randomUUID()}@example.org`, password: 'Test1234', full_name: 'A' };
    // The registration writes to the outbox of mails after the account.
    await sql(database.url, LOSE_AT_MAIL);
    await expectAnswer(app.call('POST', '/api/v1/auth/register', { body }), 503, {
      code: 'temporarily_unavailable',
    });
    await sql(database.url, 'DROP TRIGGER lose_connection ON mail_outbox');
    await expect(sql(database.url, 'SELECT FROM users WHERE email = $1', [body.email])).resolves.toEqual([]);
    await expect(app.call('POST', '/api/v1/auth/register', { body })).resolves.toMatchObject({ status: 201 });
  });

  it('counts as an outage when a shutdown has closed the pool, so that no error is logged', async () => {
    const ended = await AppInProcess.start({ DATABASE_URL: database.url });
    const source = ended.get(DataSource);
    await ended.stop();
    const error = await source.query('SELECT').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: 'Driver not Connected' });
    expect(isDatabaseOutage(error)).toBe(true);
  });
});
