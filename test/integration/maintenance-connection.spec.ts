import type { ClientBase } from 'pg';
import { MaintenanceConnection } from '../../src/database/maintenance-connection.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { Barrier } from './barrier.js';
import { databaseOfSuite } from './app-suite.js';

const NAME = 'maintained';

describe('the maintenance connection', () => {
  const database = databaseOfSuite();
  let app: AppInProcess;

  beforeEach(async () => {
    app = await AppInProcess.start({
      DATABASE_URL: database.url,
      APP_NAME: NAME,
      DATABASE_TIMEOUT_MS: '2000',
    });
  });
  afterEach(() => app.stop());

  const run = <T>(task: string, work: (client: ClientBase) => Promise<T>) =>
    app.get(MaintenanceConnection).run(task, work);
  const connections = () =>
    sql<{ pid: number; query: string }>(
      database.url,
      `SELECT pid, query FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`,
      [`${NAME}-maintenance`],
    );
  /** The service has tasks of its own on connections like this one. */
  const untilClosed = (pid: number) =>
    waitFor(async () => (await connections()).every((connection) => connection.pid !== pid), {
      what: 'the connection to end',
    });

  it('is not bound by the time limit of requests', async () => {
    // A statement of a request may take half of its time, and connecting the other half.
    const SLOW = 'SELECT 1 AS value, pg_sleep(1.1)';
    await expect(app.query(SLOW)).rejects.toThrow(/statement timeout|Query read timeout/);
    await expect(run('slow', async (client) => (await client.query(SLOW)).rows)).resolves.toMatchObject([
      { value: 1 },
    ]);
  });

  it('has a time limit and an isolation level of its own, whatever the database sets', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await app.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
    await app.query(`ALTER DATABASE ${name} SET statement_timeout = '7s'`);
    const settings = await run('settings', async (client) => {
      const { rows } = await client.query(
        `SELECT current_setting('statement_timeout') AS timeout, current_setting('transaction_isolation') AS isolation`,
      );
      return rows as unknown;
    });
    await app.query(`ALTER DATABASE ${name} RESET ALL`);
    expect(settings).toEqual([{ timeout: '1min', isolation: 'read committed' }]);
  });

  it('lets one instance at a time run a task, and others run other tasks', async () => {
    const barrier = new Barrier();
    const first = run('sweep', async () => {
      await barrier.wait();
      return 'first';
    });
    await barrier.reached;
    await expect(run('sweep', () => Promise.resolve('second'))).resolves.toBeUndefined();
    await expect(run('other', () => Promise.resolve('other'))).resolves.toBe('other');
    barrier.release();
    await expect(first).resolves.toBe('first');
    await expect(run('sweep', () => Promise.resolve('third'))).resolves.toBe('third');
  });

  it('is closed after the work, also when the work fails', async () => {
    const used: number[] = [];
    const work = async (client: ClientBase) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      used.push(rows[0]!.pid);
    };
    await run('work', work);
    await untilClosed(used[0]!);
    const failure = new Error('failed');
    const failing = (client: ClientBase) => work(client).then(() => Promise.reject(failure));
    await expect(run('work', failing)).rejects.toBe(failure);
    await untilClosed(used[1]!);
    await expect(run('work', () => Promise.resolve('works'))).resolves.toBe('works');
  });

  it('reports that the server has ended it', async () => {
    await expect(
      run('work', (client) => client.query('SELECT pg_terminate_backend(pg_backend_pid())')),
    ).rejects.toThrow(/terminat/);
  });

  it('is closed at shutdown in the middle of a statement', async () => {
    const work = run('sweep', (client) => client.query('SELECT pg_sleep(20)'));
    await waitFor(async () => (await connections()).some(({ query }) => query.includes('pg_sleep')), {
      what: 'the statement to begin',
    });
    const begin = performance.now();
    await app.stop();
    await expect(work).resolves.toBeUndefined();
    expect(performance.now() - begin).toBeLessThan(5000);
    await expect(run('sweep', () => Promise.resolve('late'))).resolves.toBeUndefined();
  });
});

describe('the maintenance connection to the embedded database', () => {
  it('comes from the pool, and a failure rolls back an unfinished transaction', async () => {
    const app = await AppInProcess.start({});
    try {
      const maintenance = app.get(MaintenanceConnection);
      const count = async () => app.query(`SELECT count(*)::int AS users FROM users`);
      const work = async (client: ClientBase) => {
        await client.query('BEGIN');
        await client.query(
          `INSERT INTO users (email, password_hash, full_name, role) VALUES ('a', '-', 'A', 'student')`,
        );
        await client.query('SELECT 1 / 0');
      };
      await expect(maintenance.run('work', work)).rejects.toThrow('division by zero');
      await expect(count()).resolves.toEqual([{ users: 0 }]);
      await expect(maintenance.run('work', () => Promise.resolve('works'))).resolves.toBe('works');
      await expect(maintenance.run('work', () => Promise.resolve('again'))).resolves.toBe('again');
    } finally {
      await app.stop();
    }
  });
});
