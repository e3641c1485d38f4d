import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditRetentionService } from '../../src/audit/audit-retention.service.js';
import { makeTemporaryDirectory, removeTemporaryDirectory } from '../support/files/temporary-directory.js';
import { clusterWithRules } from '../support/postgres/postgres-cluster.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { sql } from '../support/postgres/sql.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, register, verdictOf } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

const PATIENCE = { timeoutMs: 30_000 };

describe('a password in a file that changes while the service runs', () => {
  let folder: string;
  let postgres: PostgresServer;
  let redis: RedisServer;
  let app: AppInProcess;

  beforeAll(async () => {
    folder = await makeTemporaryDirectory('secrets');
    postgres = await PostgresServer.start({
      createData: clusterWithRules('host all service all scram-sha-256'),
    });
    await postgres.query(`CREATE ROLE service LOGIN PASSWORD 'first'`);
    await postgres.query('CREATE DATABASE service OWNER service');
    redis = await RedisServer.start();
    await redis.cli('ACL', 'SETUSER', 'service', 'on', '>first', 'allkeys', 'allcommands');
    app = await AppInProcess.start({
      DATABASE_URL_FILE: await write('database-url', databaseUrl('first')),
      REDIS_URL_FILE: await write('redis-url', redisUrl('first')),
    });
    await app.trusted();
  }, 120_000);
  afterAll(async () => {
    await app.stop();
    await redis.stop();
    await postgres.stop();
    await removeTemporaryDirectory(folder);
  });

  const databaseUrl = (password: string) =>
    `postgresql://service:${password}@127.0.0.1:${postgres.port}/service`;
  const redisUrl = (password: string) => `redis://service:${password}@127.0.0.1:${redis.port}`;
  const write = async (name: string, url: string) => {
    const file = join(folder, name);
    await writeFile(file, `${url}\n`);
    return file;
  };
  const connections = async () => {
    const rows = await postgres.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE usename = 'service'`,
    );
    return rows.map(({ pid }) => pid);
  };
  const clients = async () =>
    [...String(await redis.cli('CLIENT', 'LIST')).matchAll(/^id=(\d+) .* user=service /gm)].map(([, id]) =>
      Number(id),
    );

  /** Ends all connections, and waits until others have taken their place and the cache is trusted again. */
  async function replace(list: () => Promise<number[]>, end: (all: number[]) => Promise<unknown>) {
    const member = await register(app);
    const before = await list();
    expect(before).not.toEqual([]);
    await end(before);
    const isReplaced = async () => {
      const now = await list();
      return now.length > 0 && now.every((id) => !before.includes(id));
    };
    await waitFor(isReplaced, { what: 'new connections', ...PATIENCE });
    await app.trusted();
    await expect(getMe(app, member)).resolves.toBe('200');
    await app.call('POST', '/api/v1/auth/logout', { token: member.token });
    await expect(verdictOf(app, member)).resolves.toBe('revoked');
    await expect(getMe(app, await register(app))).resolves.toBe('200');
  }

  it('is used for new connections to PostgreSQL by requests, the log and background tasks', async () => {
    await write('database-url', databaseUrl('second'));
    await postgres.query(`ALTER ROLE service PASSWORD 'second'`);
    await expect(sql(databaseUrl('first'), 'SELECT 1')).rejects.toThrow('password authentication failed');
    await replace(connections, (pids) =>
      postgres.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids]),
    );
    await expect(app.get(AuditRetentionService).prune()).resolves.toBe(0);
  });

  it('is used for new connections to Redis', async () => {
    await redis.cli('ACL', 'SETUSER', 'service', '>second');
    await write('redis-url', redisUrl('second'));
    await redis.cli('ACL', 'SETUSER', 'service', '<first');
    await replace(clients, () => redis.cli('CLIENT', 'KILL', 'USER', 'service'));
  });
});
