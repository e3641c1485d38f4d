import { Logger } from '@nestjs/common';
import pg from 'pg';
import { HISTORY, MARK_HISTORY } from '../../src/database/history.js';
import { migrate } from '../../src/database/migrate.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { PostgresStandby } from '../support/postgres/postgres-standby.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { databaseUrl, sql } from '../support/postgres/sql.js';
import type { TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';

const TOKEN = /^[0-9a-f]{12}$/;

describe('the token of the history', () => {
  let primary: PostgresServer;
  let database: TestDatabase;

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    primary = await PostgresServer.start({ durability: 'process' });
    database = await primary.createDatabase();
    await migrate('test', primaryOf(database.url));
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await database.drop();
    await primary.stop();
  });

  const tokenOf = async (url = database.url): Promise<string | undefined> =>
    (await sql<{ token: string }>(url, `SELECT ${HISTORY} AS token`))[0]?.token;
  const startOf = async () => (await sql(database.url, 'SELECT pg_postmaster_start_time()::text AS at'))[0];

  /** Returns when PostgreSQL has ended every other connection too, and has recovered. */
  async function killBackend(): Promise<void> {
    const [victim, witness] = [new pg.Client(database.url), new pg.Client(database.url)];
    for (const client of [victim, witness]) client.on('error', () => undefined);
    await Promise.all([victim.connect(), witness.connect()]);
    const { rows } = await victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const ended = Promise.all(
      [victim, witness].map((client) => new Promise((end) => client.once('end', end))),
    );
    process.kill(rows[0]!.pid, 'SIGKILL');
    await ended;
    const answers = () =>
      tokenOf().then(
        () => true,
        () => false,
      );
    await waitFor(answers, { what: 'PostgreSQL to recover' });
  }

  it('stays the same for every connection to one server', async () => {
    const token = await tokenOf();
    expect(token).toMatch(TOKEN);
    await sql(database.url, MARK_HISTORY);
    expect(await tokenOf()).toBe(token);
  });

  it('is another one after the kill of one backend, although the postmaster stays', async () => {
    const [token, start] = [await tokenOf(), await startOf()];
    await killBackend();
    expect(await startOf()).toEqual(start);
    expect(await tokenOf()).toBe('');
    await sql(database.url, MARK_HISTORY);
    expect(await tokenOf()).toMatch(TOKEN);
    expect(await tokenOf()).not.toBe(token);
  });

  it('is empty on a standby, and another one once that is promoted', async () => {
    const token = await tokenOf();
    const standby = await PostgresStandby.of(primary);
    const url = databaseUrl(standby.server.url(), new URL(database.url).pathname.slice(1));
    expect(await tokenOf(url)).toBe('');
    await standby.promote();
    expect(await tokenOf(url)).toBe('');
    await sql(url, MARK_HISTORY);
    expect(await tokenOf(url)).toMatch(TOKEN);
    expect(await tokenOf(url)).not.toBe(token);
    await standby.stop();
  });
});
