import pg from 'pg';
import { BlacklistService } from '../../src/cache/blacklist.service.js';
import { Standing } from '../../src/standing/standing.js';
import { SessionsService } from '../../src/sessions/sessions.service.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { RepeatedCommand } from '../support/redis/repeated-command.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { AppInProcess } from './app-in-process.js';
import { claimsOf, logIn, register, verdictOf, type Member } from './accounts.js';

const statusOf = async (app: AppInProcess) => (await app.call('GET', '/health')).body['status'];
const becomes = (app: AppInProcess, status: string) =>
  waitFor(async () => (await statusOf(app)) === status, { what: `an instance to be ${status}` });
/** Without those that instances renew all the time. */
const lastingKeys = async (url: string) => {
  const keys = (await withRedis(url, (connection) => connection.send('KEYS', '*'))) as string[];
  return keys.filter((key) => !key.startsWith('ergodrive:')).sort();
};
/** The key that names the followed history. */
const claimOn = async (url: string): Promise<string> => {
  const [key] = (await withRedis(url, (connection) =>
    connection.send('KEYS', 'ergodrive:*history'),
  )) as string[];
  return key!;
};
const database = async (app: AppInProcess) =>
  (await app.call('GET', '/health')).body['database'] as { reason?: string };

describe('two instances on one Redis whose databases differ', () => {
  let databases: TestDatabase[];
  let redis: TestRedis;
  let first: AppInProcess;
  let second: AppInProcess;
  let member: Member;
  let others: RepeatedCommand;

  beforeAll(async () => {
    [redis, ...databases] = await Promise.all([
      createTestRedis(),
      createTestDatabase(),
      createTestDatabase(),
    ]);
    const start = ({ url }: TestDatabase) =>
      AppInProcess.start({ DATABASE_URL: url, REDIS_URL: redis.url, CACHE_DEADLINE_MS: '5000' });
    first = await start(databases[0]!);
    await becomes(first, 'healthy');
    member = await register(first);
    // As instances in other processes do: a stall of this one would end the claim.
    others = await RepeatedCommand.start(redis.url, 'PEXPIRE', await claimOn(redis.url), '1500');
    second = await start(databases[1]!);
  });
  afterAll(async () => {
    await others.stop();
    await second.stop();
    await redis.stop();
    await Promise.all(databases.map((each) => each.drop()));
  });

  it('make the later one refuse requests, write nothing and say why', async () => {
    await becomes(second, 'unhealthy');
    await expect(second.call('GET', '/health')).resolves.toMatchObject({ status: 503 });
    expect((await database(second)).reason).toContain('another PostgreSQL');
    await expect(second.call('GET', '/health/ready')).resolves.toMatchObject({
      status: 503,
      body: { details: { primary: { status: 'down' } } },
    });
    await expect(second.call('GET', '/health/live')).resolves.toMatchObject({ status: 200 });
    await expect(second.call('GET', '/')).resolves.toMatchObject({ status: 200 });
    const before = await lastingKeys(redis.url);
    for (const [method, path] of [
      ['POST', '/api/v1/auth/register'],
      ['POST', '/api/v1/auth/login/json'],
      ['GET', '/api/v1/users/me'],
    ] as const) {
      const { id: _id, ...credentials } = member;
      await expect(
        second.call(method, path, { token: member.token, ...(method === 'POST' && { body: credentials }) }),
      ).resolves.toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    }
    await expect(verdictOf(second, member)).rejects.toThrow('another PostgreSQL');
    expect(await lastingKeys(redis.url)).toEqual(before);
    await expect(statusOf(first)).resolves.toBe('healthy');
    await expect(verdictOf(first, member)).resolves.toBe('student');
  });

  it('let the later one serve, without the blacklist of the other history, once no instance follows that one', async () => {
    const add = (app: AppInProcess) =>
      app.get(BlacklistService).add('a-token', Date.now() / 1000 + 600, app.get(Standing).history);
    const isRevoked = (app: AppInProcess) =>
      app.get(BlacklistService).isRevoked('a-token', app.get(Standing).permit());
    // A machine that stalls keeps the instance from a write.
    const isAdded = async (app: AppInProcess) => {
      add(app);
      return isRevoked(app);
    };
    await waitFor(() => isAdded(first), { what: 'the token to be on the blacklist' });
    await others.stop();
    await first.stop();
    await becomes(second, 'healthy');
    await expect(isRevoked(second)).resolves.toBe(false);
    await waitFor(() => isAdded(second), { what: 'the token to be on the blacklist of the other history' });
    await expect(verdictOf(second, await register(second))).resolves.toBe('student');
  });
});

describe('an instance whose database becomes read-only', () => {
  let test: TestDatabase;
  let redis: TestRedis;
  let app: AppInProcess;

  beforeAll(async () => {
    [test, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    // A machine that stalls must not end the connection to Redis.
    const patient = { CACHE_DEADLINE_MS: '5000' };
    app = await AppInProcess.start({ DATABASE_URL: test.url, REDIS_URL: redis.url, ...patient });
    await becomes(app, 'healthy');
  });
  afterAll(async () => {
    await app.stop();
    await redis.stop();
    await test.drop();
  });

  /** Ends the connections of these applications, so that they are opened anew. */
  const setReadOnly = async (readOnly: 'on' | 'off', applications = '%') => {
    const name = new URL(test.url).pathname.slice(1);
    const admin = new pg.Client({ connectionString: test.url });
    await admin.connect();
    await admin.query('SET default_transaction_read_only = off');
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${readOnly}`);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = $1 AND application_name LIKE $2 AND pid <> pg_backend_pid()`,
      [name, applications],
    );
    await admin.end();
  };

  it('answers 503, writes nothing to Redis, and recovers by itself', async () => {
    const member = await register(app);
    await expect(verdictOf(app, member)).resolves.toBe('student');
    await setReadOnly('on');
    await waitFor(async () => (await database(app)).reason?.includes('server is a standby or read-only'), {
      what: 'the follower to refuse it',
    });
    await expect(statusOf(app)).resolves.toBe('unhealthy');
    await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({ status: 503 });
    await expect(app.call('GET', '/health/ready')).resolves.toMatchObject({ status: 503 });
    await setReadOnly('off');
    await becomes(app, 'healthy');
    await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({ status: 200 });
    await expect(verdictOf(app, await logIn(app, member))).resolves.toBe('student');
  });

  it('answers 503 while other instances claim another history on its Redis, and recovers by itself', async () => {
    const member = await register(app);
    const another = 'another system:00000001:another history';
    const claim = ['SET', await claimOn(redis.url), another, 'PX', '1500'];
    const others = await RepeatedCommand.start(redis.url, ...claim);
    await becomes(app, 'unhealthy');
    expect((await database(app)).reason).toContain('another PostgreSQL');
    await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({ status: 503 });
    await others.stop();
    await becomes(app, 'healthy');
    await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({ status: 200 });
  });

  it('takes no account of a claim of another history that does not end in time', async () => {
    const member = await register(app);
    const redisAnswers = (...command: string[]) =>
      withRedis(redis.url, (connection) => connection.send(...command));
    const key = await claimOn(redis.url);
    const other = 'another system:00000001:another history';
    for (const end of [[], ['PX', '60000']]) {
      await redisAnswers('SET', key, other, ...end);
      await waitFor(async () => (await redisAnswers('GET', key)) !== other, { what: 'a claim of its own' });
      await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({ status: 200 });
      await expect(statusOf(app)).resolves.toBe('healthy');
    }
  });

  it('uses no connection of the pool to another history', async () => {
    const member = await register(app);
    // As if the follower had moved on to another server.
    app.get(Standing).adopt('another history');
    await expect(app.query('SELECT 1')).rejects.toThrow('another database');
    await becomes(app, 'healthy');
    await expect(app.call('GET', '/api/v1/users/me', member)).resolves.toMatchObject({ status: 200 });
  });

  it('writes the blacklist of a logout with the history that it followed before the commit', async () => {
    const member = await register(app);
    const { history } = app.get(Standing);
    const sessions = app.get(SessionsService);
    const revoke = sessions.revoke.bind(sessions);
    const revoking = jest.spyOn(sessions, 'revoke').mockImplementation(async (...values) => {
      const ended = await revoke(...values);
      app.get(Standing).adopt('another history');
      return ended;
    });
    const add = jest.spyOn(app.get(BlacklistService), 'add');
    await app.call('POST', '/api/v1/auth/logout', member);
    expect(add.mock.calls).toEqual([[claimsOf(member.token).jti, expect.any(Number), history]]);
    for (const spy of [revoking, add]) spy.mockRestore();
    await becomes(app, 'healthy');
  });

  it('takes no verdict from a read-only connection of the pool', async () => {
    const member = await register(app);
    await setReadOnly('on', 'ergodrive-backend');
    await withRedis(redis.url, (connection) => connection.send('FLUSHDB'));
    await waitFor(
      () =>
        verdictOf(app, member).then(
          (verdict) => Promise.reject(new Error(verdict)),
          (error: unknown) => (error as Error).name === 'NoPrimaryError',
        ),
      { what: 'a refusal by the pool' },
    );
    await setReadOnly('off', 'ergodrive-backend');
    await waitFor(async () => (await verdictOf(app, member)) === 'student', { what: 'a verdict' });
  });
});
