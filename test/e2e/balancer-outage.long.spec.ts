import type { AppProcess } from '../support/app/app-process.js';
import { setTimeout as pause } from 'node:timers/promises';
import { api, type ApiClient } from '../support/app/api-client.js';
import { PATIENT } from '../support/app/patient.js';
import { Gateway } from '../support/gateway/gateway.js';
import { PostgresServer } from '../support/postgres/postgres-server.js';
import { withRedis } from '../support/redis/redis-connection.js';
import { RedisServer } from '../support/redis/redis-server.js';
import type { TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { Accounts, Deployment, expectProblem, type Member } from './support/suite.js';

/** More than two failed checks of HAProxy, one a second. */
const OUTAGE_READS = 60;
const READ_EVERY_MS = 100;
const PATIENCE_MS = 60_000;
/** Several rounds in which followers look for rows of the log. */
const FOLLOWERS_DONE_MS = 2000;

describe('instances behind HAProxy whose PostgreSQL is stopped', () => {
  let postgres: PostgresServer;
  let redis: RedisServer;
  let database: TestDatabase;
  let deployment: Deployment<AppProcess>;
  let balancer: Gateway;
  let client: ApiClient;
  let members: Member[];

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([
      PostgresServer.start({ durability: 'process' }),
      RedisServer.start(),
    ]);
    database = await postgres.createDatabase();
    const own = { SHUTDOWN_DRAIN_SECONDS: '5', TRUSTED_PROXIES: '1', ...PATIENT };
    deployment = await Deployment.ofProcesses({
      instances: [own, own, own],
      databaseUrl: database.url,
      redisUrl: redis.url,
    });
    await deployment.trusted();
    const [one, two, three] = deployment.apps.map(({ port }) => port);
    balancer = await Gateway.balance([one!, two!, three!]);
    client = api(balancer.url);
    const accounts = new Accounts(client);
    members = await Promise.all(Array.from({ length: 6 }, () => accounts.signUp()));
  }, 200_000);
  afterAll(async () => {
    client.close();
    await balancer.stop();
    await deployment.stop();
    await database.drop();
    await Promise.all([postgres.stop(), redis.stop()]);
  });

  const read = (index: number) => members[index % members.length]!.client.get('/api/v1/users/me');
  /** The status of so many reads of known sessions, one after the other. */
  const reads = async (count: number) => {
    const statuses = new Set<number>();
    for (let index = 0; index < count; index++) {
      statuses.add((await read(index)).status);
      await pause(READ_EVERY_MS);
    }
    return [...statuses];
  };

  it('serve the sessions that they know, and refuse the rest by their own problems', async () => {
    const entries = async () =>
      ((await withRedis(redis.url, (connection) => connection.send('KEYS', 'user:*'))) as string[]).length;
    // A follower that is late deletes an entry once more, and without PostgreSQL nobody fills it again.
    const known = async () => {
      await reads(members.length);
      await pause(FOLLOWERS_DONE_MS);
      return (await entries()) === members.length;
    };
    await waitFor(known, { what: 'the sessions to be known', timeoutMs: PATIENCE_MS });
    await postgres.shutDown();
    // The first reads may find connections that are about to break.
    await waitFor(async () => (await read(0)).status === 200, { what: 'a session to be served' });
    await expect(reads(OUTAGE_READS)).resolves.toEqual([200]);
    const login = await new Accounts(client).tryLogin({ email: 'a@example.org', password: 'Test1234' });
    expectProblem(login, 503, 'temporarily_unavailable');
    expect(Number(login.headers['retry-after'])).toBeGreaterThan(0);
  }, 120_000);

  it('can be drained meanwhile without a failed request', async () => {
    const app = deployment.apps[0]!;
    process.kill(app.pid, 'SIGTERM');
    const ended = waitFor(() => !app.running, { what: 'the process to end', timeoutMs: PATIENCE_MS });
    await expect(reads(OUTAGE_READS)).resolves.toEqual([200]);
    await ended;
  }, 120_000);

  it('serve everything again when it is back', async () => {
    await postgres.restart();
    const login = async () => (await new Accounts(client).tryLogin(members[0]!)).status;
    await waitFor(async () => (await login()) === 200, { what: 'a login', timeoutMs: PATIENCE_MS });
  }, 120_000);
});
