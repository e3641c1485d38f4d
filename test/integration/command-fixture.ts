import pg from 'pg';
import { CommandsService } from '../../src/commands/commands.service.js';
import { PATIENT } from '../support/app/patient.js';
import { sql } from '../support/postgres/sql.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { type Answer, AppInProcess } from './app-in-process.js';
import { keepMails } from './letters.js';
import { Barrier } from './barrier.js';
import { register, verdictOf, type Member } from './accounts.js';

export const NEXT = 'a new horse battery';

/** An application, an operator who changes its database by hand, and the commands that members send. */
export class CommandFixture {
  private constructor(
    readonly app: AppInProcess,
    readonly operator: pg.Client,
    private readonly database: TestDatabase,
  ) {}

  static async start(variables: Readonly<Record<string, string>> = {}): Promise<CommandFixture> {
    const database = await createTestDatabase();
    // A request may have to wait for a lock until another one has hashed passwords.
    const app = await AppInProcess.start({ DATABASE_URL: database.url, ...PATIENT, ...variables });
    // A mail that is written locks its account, too.
    await keepMails(app);
    const operator = new pg.Client({ connectionString: database.url });
    await operator.connect();
    return new CommandFixture(app, operator, database);
  }

  async stop(): Promise<void> {
    await this.operator.end();
    await this.app.stop();
    await this.database.drop();
  }

  changePassword({ token, password }: Member, next = NEXT): Promise<Answer> {
    const body = { current_password: password, new_password: next };
    return this.app.call('POST', '/api/v1/users/me/change-password', { token, body });
  }

  endSession(by: Member, { sessionId }: Member): Promise<Answer> {
    return this.app.call('DELETE', `/api/v1/sessions/${sessionId}`, { token: by.token });
  }

  endSessionsOf(by: Member, { id }: Member): Promise<Answer> {
    return this.app.call('DELETE', `/api/v1/users/${id}/sessions`, { token: by.token });
  }

  administer(by: Member, { id }: Member, body: object): Promise<Answer> {
    return this.app.call('PATCH', `/api/v1/users/${id}`, { token: by.token, body });
  }

  login({ email }: Member, password: string): Promise<Answer> {
    return this.app.call('POST', '/api/v1/auth/login/json', { body: { email, password } });
  }

  async registerAdmin(): Promise<Member> {
    const member = await register(this.app);
    await this.operator.query(`UPDATE users SET role = 'admin' WHERE id = $1`, [member.id]);
    // A change by hand reaches the cache by way of the log.
    await waitFor(async () => (await verdictOf(this.app, member)) === 'admin', {
      what: 'the promotion to arrive',
    });
    return member;
  }

  /** By hand. */
  async end({ sessionId }: Member): Promise<void> {
    await this.operator.query(
      `UPDATE sessions SET revoked_at = now(), revoke_reason = 'revoked_by_user' WHERE id = $1`,
      [sessionId],
    );
  }

  /** Everything that a command could change. */
  async state(): Promise<unknown> {
    const { rows } = await this.operator.query(
      `SELECT (SELECT json_agg(u ORDER BY u.id) FROM users u) AS users,
              (SELECT json_agg(s ORDER BY s.id) FROM sessions s) AS sessions,
              (SELECT json_agg(g) FROM session_generation g) AS generation,
              (SELECT count(*) FROM audit_events) AS events`,
    );
    return rows;
  }

  /** Resolves when so many transactions wait for a lock. On a connection of its own: a transaction sees no news of it. */
  async waiting(count: number): Promise<void> {
    const locked = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await waitFor(async () => (await sql(this.database.url, locked)).length === count, {
      what: `${count} transactions to wait for a lock`,
    });
  }

  /** A request that was admitted, and whose transaction has not begun. */
  async hold(request: () => Promise<Answer>): Promise<{ barrier: Barrier; answer: Promise<Answer> }> {
    const barrier = new Barrier();
    const commands = this.app.get(CommandsService);
    const run = commands.run.bind(commands) as (...args: unknown[]) => Promise<unknown>;
    const held = jest.spyOn(commands, 'run').mockImplementationOnce(async (...args: unknown[]) => {
      await barrier.wait();
      return run(...args);
    });
    const answer = request();
    await barrier.reached;
    held.mockRestore();
    return { barrier, answer };
  }

  /** Requests that are admitted, and then wait for the same accounts. */
  async together(
    accounts: readonly Member[],
    requests: readonly (() => Promise<Answer>)[],
  ): Promise<Answer[]> {
    await this.operator.query('BEGIN');
    await this.operator.query('SELECT FROM users WHERE id = ANY($1) FOR UPDATE', [
      accounts.map(({ id }) => id),
    ]);
    const answers = requests.map((request) => request());
    await this.waiting(requests.length);
    await this.operator.query('COMMIT');
    return Promise.all(answers);
  }
}
