import type { QueryResultRow } from 'pg';
import { AuditLogService } from '../../src/audit/audit-log.service.js';
import { LogRetentionService } from '../../src/log/log-retention.service.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { databaseUrl, sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { keepMails } from './letters.js';
import { routesOf } from './router.js';
import { WITHOUT_WRITES, type WritingRequest, writingRequests } from './writing-routes.js';
import { redisAppSuite } from './app-suite.js';

/** Every row of every table but that of the positions, which background tasks write. */
const CONTENT = `
  SELECT table_name, query_to_xml(format('SELECT * FROM %I AS line ORDER BY line::text', table_name), true, false, '')::text AS rows
  FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT IN ('log_positions', 'instance_stores') ORDER BY 1`;

describe('a service whose database becomes read-only', () => {
  const { app, database, redis } = redisAppSuite({ DATABASE_POOL_SIZE: '1', RATE_LIMIT_ENABLED: 'true' });
  let requests: WritingRequest[];

  beforeAll(async () => {
    await app.trusted();
    requests = await writingRequests(app);
    // Once a second, and in ten seconds, they take the one connection of the pool, and write.
    await app.get(AuditLogService).onApplicationShutdown();
    await app.get(LogRetentionService).onApplicationShutdown();
    await keepMails(app);
  });

  /** What PostgreSQL has, and what Redis has beside copies: refused tokens, and counts of attempts. */
  const content = async () => {
    const tables = await sql<QueryResultRow>(database.url, CONTENT);
    const kept = await withRedis(redis.url, async (connection) => {
      const keys = (await connection.send('KEYS', '*')) as string[];
      const own = keys.filter((key) => /^(blacklist:|ergodrive:limit:)/.test(key)).sort();
      return Promise.all(own.map(async (key) => [key, await connection.send('GET', key)]));
    });
    return { tables, kept: kept.filter(([, value]) => value !== '0') };
  };
  const outcome = async ({ route, send }: WritingRequest) => {
    const { status, headers, body } = await send();
    const name = body['code'] ?? body['error'];
    return `${route}: ${status} ${String(name)}, again in ${String(headers['retry-after'])} s`;
  };
  const refusalOf = ({ route }: WritingRequest) => `${route}: 503 temporarily_unavailable, again in 1 s`;
  const expectNewConnection = async () => {
    await expect(app.query('SHOW default_transaction_read_only')).resolves.toEqual([
      { default_transaction_read_only: 'off' },
    ]);
  };
  const setReadOnly = async (value: 'on' | 'off') => {
    const name = new URL(database.url).pathname.slice(1);
    const server = databaseUrl(database.url, 'postgres');
    await sql(server, `ALTER DATABASE ${name} SET default_transaction_read_only = ${value}`);
    await sql(server, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  };

  it('has a request in this suite for each route that writes', () => {
    const writing = routesOf(app.app).filter(
      (route) => !/^(GET|HEAD|OPTIONS|QUERY) |\/ext-authz\//.test(route),
    );
    const covered = new Set([...requests.map(({ route }) => route), ...WITHOUT_WRITES]);
    expect([...covered].sort()).toEqual(writing.sort());
  });

  it('answers 503 to each writing route, makes no partial change and replaces the connection', async () => {
    const before = await content();
    for (const request of requests) {
      await app.query('SET default_transaction_read_only = on');
      expect(await outcome(request)).toBe(refusalOf(request));
      await expectNewConnection();
    }
    await expect(content()).resolves.toEqual(before);
  });

  it('replaces a read-only connection also when TypeORM uses it', async () => {
    await app.query('SET default_transaction_read_only = on');
    await expect(app.query('UPDATE users SET full_name = full_name')).rejects.toThrow(
      'read-only transaction',
    );
    await expectNewConnection();
  });

  it('answers 503 to each writing route, and the health says why', async () => {
    const before = await content();
    await setReadOnly('on');
    const health = async () => (await app.call('GET', '/health')).body['database'] as { reason?: string };
    await waitFor(async () => (await health()).reason?.includes('standby or read-only'), {
      what: 'the follower to notice it',
    });
    await expect(app.call('GET', '/health/ready')).resolves.toMatchObject({ status: 503 });
    for (const request of requests) expect(await outcome(request)).toBe(refusalOf(request));
    await expect(content()).resolves.toEqual(before);
  });

  it('serves every route again, without a restart, once the database accepts writes', async () => {
    await setReadOnly('off');
    await app.trusted();
    for (const { route, send } of requests) {
      const { status } = await send();
      expect({ route, isDone: status >= 200 && status < 300 }).toEqual({ route, isDone: true });
    }
  });
});
