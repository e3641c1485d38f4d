import { createServer, type AddressInfo, type Server } from 'node:net';
import { Logger } from '@nestjs/common';
import { migrate } from '../../src/database/migrate.js';
import { PrimaryClient } from '../../src/database/primary-client.js';
import { PrimaryNotFoundError } from '../../src/database/primary-not-found.error.js';
import { freePort } from '../support/network/free-port.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { PostgresStandby } from '../support/postgres/postgres-standby.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import type { TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, logIn, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

describe('a URL with several hosts', () => {
  let primary: PostgresServer;
  let standby: PostgresStandby;
  let database: TestDatabase;
  let silent: Server;
  let silentPort: number;
  let closedPort: number;
  let lines: string[];

  beforeEach(() => {
    lines = [];
    jest.spyOn(Logger.prototype, 'log').mockImplementation((line: unknown) => void lines.push(String(line)));
  });
  afterEach(() => jest.restoreAllMocks());

  beforeAll(async () => {
    primary = await PostgresServer.start({ durability: 'process' });
    database = await primary.createDatabase();
    await primary.query(`CREATE ROLE limited LOGIN PASSWORD 'hunter2'`);
    standby = await PostgresStandby.of(primary);
    // Connections are accepted, and nothing answers.
    silent = createServer((socket) => void socket.on('error', () => undefined));
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    silentPort = (silent.address() as AddressInfo).port;
    closedPort = await freePort();
  });
  afterAll(async () => {
    silent.close();
    await database.drop();
    await standby.stop();
    await primary.stop();
  });

  const urlOf = (ports: readonly number[], user = 'postgres') => {
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
    return `postgresql://${user}:hunter2@${hosts}${new URL(database.url).pathname}?target_session_attrs=read-write`;
  };
  const portFound = async (...ports: number[]) => (await primaryOf(urlOf(ports)).find()).port;

  it('finds the primary behind a standby, a closed port and a host that does not answer', async () => {
    const { port } = primary;
    for (const ports of [
      [standby.server.port, port],
      [closedPort, silentPort, port],
      [port, silentPort],
    ])
      // A search lasts 800 ms at most, and a machine may stall for as long.
      await waitFor(async () => (await portFound(...ports)) === port, { what: `${port} to be found` });
  });

  it('finds the primary as a role that may not read the timeline', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await primary.query('REVOKE EXECUTE ON FUNCTION pg_current_wal_insert_lsn() FROM PUBLIC', [], name);
    const { port } = primary;
    const found = await primaryOf(urlOf([standby.server.port, port], 'limited')).find();
    await primary.query('GRANT EXECUTE ON FUNCTION pg_current_wal_insert_lsn() TO PUBLIC', [], name);
    expect(found.port).toBe(port);
  });

  it('without a primary reports the reason for each host, and not the password', async () => {
    const search = primaryOf(urlOf([standby.server.port, closedPort, silentPort])).find();
    const error = await search.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PrimaryNotFoundError);
    const { message } = error as Error;
    expect(message).toContain(`127.0.0.1:${standby.server.port} (a standby or read-only)`);
    expect(message).toMatch(new RegExp(`127\\.0\\.0\\.1:${closedPort} \\(.*ECONNREFUSED`));
    expect(message).toContain(`127.0.0.1:${silentPort} (no answer within 800 ms)`);
    expect(message).not.toContain('hunter2');
  });

  it('asks each host once for connections opened together, and again 200 ms after a failure at the earliest', async () => {
    let accepted = 0;
    const count = () => (accepted += 1);
    silent.on('connection', count);
    const locator = primaryOf(urlOf([silentPort, closedPort]));
    const searches = [1, 2, 3].map(() => locator.find());
    await expect(Promise.allSettled(searches)).resolves.toHaveLength(3);
    await expect(locator.find()).rejects.toThrow('no primary among');
    silent.off('connection', count);
    expect(accepted).toBe(1);
  });

  it('leads migrations and every connection of the service to the primary', async () => {
    const url = urlOf([standby.server.port, primary.port]);
    await migrate('migration', primaryOf(url));
    const app = await AppInProcess.start({ DATABASE_URL: url });
    const member = await register(app);
    await expect(getMe(app, member)).resolves.toBe('200');
    const rows = await standby.server.query('SELECT 1 FROM pg_stat_activity WHERE application_name LIKE $1', [
      'ergodrive-backend%',
    ]);
    expect(rows).toEqual([]);
    await app.stop();
  });

  it('refuses a connection to the last known primary once that is read-only', async () => {
    const locator = primaryOf(urlOf([standby.server.port, primary.port]));
    await locator.find();
    const name = new URL(database.url).pathname.slice(1);
    await primary.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const client = new PrimaryClient({ primary: locator });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow(`127.0.0.1:${primary.port} is a standby or read-only`);
    await expect(locator.find()).rejects.toThrow('no primary among');
    await primary.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    await waitFor(async () => (await locator.find()).port === primary.port, {
      what: 'the primary to be found',
    });
  });

  it('leaves a server that becomes read-only, and is used again once one of its hosts accepts writes', async () => {
    const app = await AppInProcess.start({ DATABASE_URL: urlOf([standby.server.port, primary.port]) });
    const member = await register(app);
    const setReadOnly = async (value: 'on' | 'off') => {
      await primary.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
      await primary.query('SELECT pg_reload_conf()');
    };
    const reasonOf = async () =>
      ((await app.call('GET', '/health')).body['database'] as { reason?: string }).reason;
    await setReadOnly('on');
    await waitFor(async () => (await reasonOf())?.includes('no primary among'), {
      what: 'the reason of each host in /health',
    });
    await expect(app.call('GET', '/health/ready')).resolves.toMatchObject({ status: 503 });
    await expect(getMe(app, member)).resolves.toBe('503 temporarily_unavailable');
    await setReadOnly('off');
    await waitFor(async () => (await getMe(app, member)) === '200', { what: 'the service to go on' });
    await logIn(app, member);
    await app.stop();
  });

  it('leads to the server that was promoted last while the former primary still runs', async () => {
    const ports = [primary.port, standby.server.port];
    const locator = primaryOf(urlOf(ports));
    const first = await locator.find();
    await standby.promote();
    await expect(locator.find()).resolves.toBe(first);
    locator.forget(first);
    await expect(locator.find()).resolves.toMatchObject({ port: standby.server.port });
    expect(lines).toEqual(ports.map((port) => `The primary of PostgreSQL is 127.0.0.1:${port}`));
  });
});
