import { Standing } from '../../src/standing/standing.js';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { initializeCluster } from '../support/postgres/postgres-cluster.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { databaseUrl } from '../support/postgres/sql.js';
import type { SystemUser } from '../support/process/unprivileged-user.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, logIn, type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

/** The operator of the test needs no password, the service does. */
const ACCESS = `local all all trust
host all service 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
`;
const LINE = /^PostgreSQL at \S+ refuses new connections: /;

async function createData(dir: string, user: SystemUser | undefined): Promise<string> {
  const data = await initializeCluster(dir, user);
  await writeFile(join(data, 'pg_hba.conf'), ACCESS);
  await appendFile(join(data, 'postgresql.conf'), "password_encryption = 'scram-sha-256'\n");
  return data;
}

describe('a PostgreSQL that refuses connections while the service runs', () => {
  let server: PostgresServer;
  let app: AppInProcess;
  let member: Member;
  let lines: string[];

  beforeAll(async () => {
    server = await PostgresServer.start({ createData });
    await server.query(`CREATE ROLE service LOGIN PASSWORD 'hunter2'`);
    await server.query('CREATE DATABASE own OWNER service');
    const url = new URL(databaseUrl(server.url(), 'own'));
    [url.username, url.password] = ['service', 'hunter2'];
    app = await AppInProcess.start({ DATABASE_URL: url.href });
    member = await register(app);
  });
  afterAll(async () => {
    await app.stop();
    await server.stop();
  });
  beforeEach(() => {
    lines = [];
    jest
      .spyOn(Logger.prototype, 'error')
      .mockImplementation((line: unknown) => void lines.push(JSON.stringify(line)));
  });
  afterEach(() => jest.restoreAllMocks());

  const endConnections = () =>
    server.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'service'`);
  const isServed = async () => (await getMe(app, member)) === '200';
  /** A database is renamed while nobody is connected to it. */
  const rename = (from: string, to: string) =>
    waitFor(
      async () => {
        await endConnections();
        return (await server.query(`ALTER DATABASE ${from} RENAME TO ${to}`)).length === 0;
      },
      { what: `${from} to be renamed`, timeoutMs: 10_000 },
    );

  it.each([
    {
      refusal: 'its password was changed (28P01)',
      begin: () => server.query(`ALTER ROLE service PASSWORD 'another'`),
      end: () => server.query(`ALTER ROLE service PASSWORD 'hunter2'`),
      reason: 'password authentication failed',
    },
    {
      refusal: 'its role may not log in any more (28000)',
      begin: () => server.query('ALTER ROLE service NOLOGIN'),
      end: () => server.query('ALTER ROLE service LOGIN'),
      reason: 'is not permitted to log in',
    },
    {
      refusal: 'it has too many connections (53300)',
      begin: () => server.query('ALTER ROLE service CONNECTION LIMIT 0'),
      end: () => server.query('ALTER ROLE service CONNECTION LIMIT -1'),
      reason: 'too many connections',
    },
    {
      refusal: 'its database is renamed (3D000)',
      begin: () => rename('own', 'moved'),
      end: () => rename('moved', 'own'),
      reason: 'does not exist',
    },
    {
      refusal: 'its database takes no connections (55000)',
      begin: () => server.query('ALTER DATABASE own ALLOW_CONNECTIONS false'),
      end: () => server.query('ALTER DATABASE own ALLOW_CONNECTIONS true'),
      reason: 'not currently accepting connections',
    },
  ])(
    'causes 503 and one log line, and is used again afterwards: $refusal',
    async ({ begin, end, reason }) => {
      await begin();
      await endConnections();
      await waitFor(() => app.get(Standing).state !== 'following', { what: 'the loss to be noticed' });
      const refusal = {
        status: 503,
        body: { code: 'temporarily_unavailable' },
        headers: { 'retry-after': '1' },
      };
      for (let attempt = 0; attempt < 5; attempt += 1) {
        await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject(refusal);
        await expect(
          app.call('POST', '/api/v1/auth/login/json', {
            body: { email: member.email, password: 'Wrong1234' },
          }),
        ).resolves.toMatchObject(refusal);
      }
      await expect(app.call('GET', '/health/ready')).resolves.toMatchObject({ status: 503 });
      await expect(app.call('GET', '/health')).resolves.toMatchObject({ status: 503 });
      expect(lines.filter((line) => LINE.test(JSON.parse(line) as string))).toEqual([
        expect.stringContaining(reason),
      ]);
      expect(lines.join()).not.toContain('hunter2');
      await end();
      await waitFor(isServed, { what: 'the service to go on' });
      await expect(logIn(app, member)).resolves.toMatchObject({ id: member.id });
    },
  );
});
