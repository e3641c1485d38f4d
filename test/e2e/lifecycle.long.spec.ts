import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { AppProcess } from '../support/app/app-process.js';
import { clusterWithRules } from '../support/postgres/postgres-cluster.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis } from '../support/redis/test-redis.js';
import { waitFor } from '../support/wait-for.js';
import { Deployment } from './support/deployment.js';

const FEW_SECONDS_MS = 5000;

describe('the end of the process', () => {
  it('is in good order on SIGTERM, within seconds, although connections are kept alive', async () => {
    const deployment = await Deployment.ofProcesses();
    const app = deployment.apps[0]!;
    const kept = await Promise.all(Array.from({ length: 5 }, () => keepAlive(app.port)));
    await deployment.accounts().signUp();
    process.kill(app.pid, 'SIGTERM');
    await waitFor(() => !app.running, { what: 'the process to end', timeoutMs: FEW_SECONDS_MS });
    expect(app.exitCode).toBe(0);
    expect(app.output).not.toMatch(/\bERROR\b|Unhandled|DeprecationWarning/);
    expect(app.output).toMatch(/\[Migrations\] The schema is up to date/);
    expect(app.output).toMatch(/\[Shutdown\] Shutting down on SIGTERM/);
    for (const socket of kept) socket.destroy();
    await deployment.stop();
  });

  it('waits until the requests under way are answered', async () => {
    const deployment = await Deployment.ofProcesses();
    const app = deployment.apps[0]!;
    const account = await deployment.accounts().register();
    const logins = Array.from({ length: 4 }, () => deployment.accounts().tryLogin(account));
    // The first of four hashes takes tens of milliseconds; when it is done the others have arrived.
    await Promise.race(logins);
    process.kill(app.pid, 'SIGTERM');
    const answers = await Promise.all(logins);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await waitFor(() => !app.running, { what: 'the process to end', timeoutMs: FEW_SECONDS_MS });
    expect(app.exitCode).toBe(0);
    await deployment.stop();
  });
});

describe('a start that fails', () => {
  it('names each wrong variable and its rule, never a value', async () => {
    const message = await refusal({
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      REDIS_URL: 'http://hunter3@cache',
      ACCESS_TOKEN_EXPIRE_MINUTES: 'hunter4',
      RATE_LIMIT_ENABLED: 'hunter5',
    });
    expect(message).toContain('DATABASE_URL must be a postgresql:// URL');
    expect(message).toContain('REDIS_URL must be');
    expect(message).toContain('ACCESS_TOKEN_EXPIRE_MINUTES must be a whole number');
    expect(message).toContain('RATE_LIMIT_ENABLED must be true or false');
    expect(message).not.toMatch(/hunter\d/);
    expect(message).not.toMatch(/^\s+at /m);
  });

  it('in production names the missing signing key', async () => {
    const message = await refusal({ NODE_ENV: 'production', DATABASE_URL: 'postgresql://127.0.0.1:1/none' });
    expect(message).toContain('JWT_SECRET');
  });

  it('in production names all problems in one JSON line', async () => {
    const message = await refusal({ NODE_ENV: 'production', JWT_SECRET: 'hunter2' });
    const [, ...lines] = message.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        context: 'Start',
        level: 'error',
        msg: expect.stringMatching(/JWT_SECRET must(.|\n)*DATABASE_URL is required in production/),
      }),
    ]);
    expect(message).not.toContain('hunter2');
  });

  it('writes no colours outside a terminal', async () => {
    expect(await refusal({ PORT: 'x' })).not.toContain('\u001b');
  });

  it('says that the database does not answer', async () => {
    const message = await refusal({
      DATABASE_URL: 'postgresql://postgres:hunter2@127.0.0.1:1/none',
      DATABASE_WAIT_SECONDS: '1',
    });
    expect(message).toMatch(/Waiting for PostgreSQL at postgresql:..127.0.0.1:1.none since \d+ s/);
    expect(message).toMatch(/The start failed: The server of DATABASE_URL does not answer: .*ECONNREFUSED/);
    expect(message).not.toContain('hunter2');
  });

  it('says that the port is in use', async () => {
    const [database, redis] = [await createTestDatabase(), await createTestRedis()];
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, JWT_SECRET: randomUUID() + randomUUID() };
    const app = await AppProcess.start({ env });
    const taken = AppProcess.start({ env: { ...env, PORT: String(app.port) } });
    await expect(taken).rejects.toThrow(/EADDRINUSE/);
    await app.stop();
    await redis.stop();
    await database.drop();
  });
});

describe('a start whose database refuses', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await PostgresServer.start({
      createData: clusterWithRules('host all outsider all reject', 'host all canary all scram-sha-256'),
    });
  });
  afterAll(() => postgres.stop());

  it.each([
    ['the password', 'canary:hunter2', 'postgres', 'DATABASE_URL must have the right user name and password'],
    ['a missing password', 'canary', 'postgres', 'DATABASE_URL must have a password'],
    ['the user', 'outsider:hunter2', 'postgres', 'DATABASE_URL must name a user that may connect'],
    ['the database', 'postgres:hunter2', 'none', 'DATABASE_URL must name a database that exists'],
  ])('%s ends at once and names the variable', async (_, user, database, problem) => {
    const message = await refusal({
      DATABASE_URL: `postgresql://${user}@127.0.0.1:${postgres.port}/${database}`,
    });
    expect(message).toContain(problem);
    expect(message).not.toMatch(/hunter2|Waiting/);
  });
});

describe('a start in production', () => {
  it('works, writes JSON lines, refuses to empty the cache, and admits no other origin', async () => {
    const deployment = await Deployment.ofProcesses({ instances: [{ NODE_ENV: 'production' }] });
    const admin = await deployment.admin();
    await expect(admin.delete('/api/v1/cache')).resolves.toMatchObject({ status: 403 });
    const { headers } = await admin.get('/health', { headers: { origin: 'http://localhost:3000' } });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    const lines = deployment.apps[0]!.output.split('\n').filter((line) => line !== '');
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    await deployment.stop();
  });
});

/** What a process says that ends instead of starting. */
async function refusal(env: Record<string, string>): Promise<string> {
  const message = await AppProcess.start({ env }).then(
    () => 'it started',
    (error: unknown) => String(error),
  );
  expect(message).toContain('exited with code 1');
  return message;
}

/** A connection that was used once and stays open. */
async function keepAlive(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n');
  await once(socket, 'data');
  return socket;
}
