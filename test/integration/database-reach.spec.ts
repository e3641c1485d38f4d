import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Standing } from '../../src/standing/standing.js';
import { TcpProxy } from '../support/network/tcp-proxy.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { sql } from '../support/postgres/sql.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { getMe, logIn, type Member, register } from './accounts.js';
import { AppInProcess } from './app-in-process.js';

/** What the README promises for a change by SQL. */
const SQL_MS = 1000;
/** A quarter of the time that requests have: from then on, the instance does not believe its own proof. */
const STALL_MS = 250;
const REVOKED = '401 token_revoked';
const UNAVAILABLE = '503 temporarily_unavailable';

describe('an instance that cannot read the log', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let requests: TcpProxy;
  let sessions: TcpProxy;
  let app: AppInProcess;
  let member: Member;

  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
    const target = { port: Number(new URL(database.url).port) };
    [requests, sessions] = await Promise.all([TcpProxy.start(target), TcpProxy.start(target)]);
    app = await AppInProcess.start({
      DATABASE_URL: requests.through(database.url),
      DATABASE_DIRECT_URL: sessions.through(database.url),
      REDIS_URL: redis.url,
    });
    await app.trusted();
    member = await register(app);
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([requests.close(), sessions.close()]);
    await redis.stop();
    await database.drop();
  });

  beforeEach(async () => {
    await Promise.all([requests.pass(), sessions.pass()]);
    await app.trusted();
    member = await logIn(app, member);
    await getMe(app, member);
  });

  const is = (state: string) => () => app.get(Standing).state === state;
  const becomes = (state: string) => waitFor(is(state), { what: `the instance to be ${state}` });
  const isDegraded = async () => (await app.call('GET', '/health')).body['status'] === 'degraded';
  const revokeBySql = () =>
    sql(
      database.url,
      `UPDATE sessions SET revoked_at = now(), revoke_reason = 'revoked_by_admin' WHERE id = $1`,
      [member.sessionId],
    );

  /** Ends the session by SQL. @returns the answers from the promised time on */
  async function answersAfterRevocation(): Promise<string[]> {
    expect(await getMe(app, member)).toBe('200');
    await revokeBySql();
    await answersFor(SQL_MS);
    return answersFor(2000);
  }

  /** @returns the different answers to the same request */
  async function answersFor(durationMs: number): Promise<string[]> {
    const answers = new Set<string>();
    const until = performance.now() + durationMs;
    while (performance.now() < until) answers.add(await getMe(app, member));
    return [...answers];
  }

  it.each<[string, () => Promise<void>]>([
    ['is refused at the direct URL', () => sessions.cut()],
    ['gets no answer at the direct URL', () => sessions.blackhole()],
  ])('asks PostgreSQL while it %s and requests are answered', async (_what, fail) => {
    const lose = jest.spyOn(app.get(Standing), 'lose');
    await fail();
    await becomes('suspended');
    await expect(answersAfterRevocation()).resolves.toEqual([REVOKED]);
    expect(await isDegraded()).toBe(true);
    expect(lose).not.toHaveBeenCalled();
    lose.mockRestore();
  });

  it('asks PostgreSQL while its connections are forgotten and new ones work', async () => {
    const lose = jest.spyOn(app.get(Standing), 'lose');
    for (const link of [requests, sessions]) link.forget();
    await revokeBySql();
    await waitFor(async () => (await getMe(app, member)) === REVOKED, { what: 'the session to be refused' });
    await becomes('following');
    expect(lose).not.toHaveBeenCalled();
    lose.mockRestore();
  });

  it('asks PostgreSQL while only new connections of requests work', async () => {
    const lose = jest.spyOn(app.get(Standing), 'lose');
    requests.forget();
    await sessions.cut();
    await answersFor(3000);
    expect(lose).not.toHaveBeenCalled();
    expect(await getMe(app, member)).toBe('200');
    lose.mockRestore();
  });

  it('asks PostgreSQL while each of its answers takes 0.9 s', async () => {
    await Promise.all([requests.delay(450), sessions.delay(450)]);
    // A connection of the pool that is opened now may take longer than a request waits.
    expect(await answersAfterRevocation()).not.toContain('200');
    expect(is('unreachable')()).toBe(false);
  });

  it('asks PostgreSQL while the table of the log is locked', async () => {
    const lock = sql(database.url, 'LOCK TABLE invalidations IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(4)');
    await becomes('suspended');
    expect(await getMe(app, member)).toBe('200');
    expect(await isDegraded()).toBe(true);
    await lock;
    await becomes('following');
  });

  /** @returns the answers while PostgreSQL is lost; `undefined` when this process stood still, after which no proof of the loss counts */
  async function answersWhileLost(): Promise<string[] | undefined> {
    const answers = new Set<string>();
    const delays = monitorEventLoopDelay();
    const stoodStill = () => delays.max / 1e6 > STALL_MS;
    delays.enable();
    await Promise.all([requests.pass(), sessions.pass()]);
    const read = jest.spyOn(app.get(Standing), 'renew');
    await waitFor(() => read.mock.calls.length > 0, { what: 'the log to be read' });
    read.mockRestore();
    await getMe(app, member);
    await Promise.all([requests.blackhole(), sessions.blackhole()]);
    while (!is('unreachable')() && !stoodStill()) answers.add(await getMe(app, member));
    answers.add(await getMe(app, member));
    delays.disable();
    return stoodStill() ? undefined : [...answers];
  }

  it('serves cached sessions while neither URL leads to PostgreSQL, until one does again', async () => {
    let answers: string[] | undefined;
    while (answers === undefined) answers = await answersWhileLost();
    expect(answers).toEqual(['200']);
    await requests.pass();
    await becomes('suspended');
    await revokeBySql();
    expect(await getMe(app, member)).toBe(REVOKED);
    await requests.cut();
    await waitFor(async () => (await getMe(app, member)).startsWith('503'), {
      what: 'the loss to be noticed',
    });
    expect(await answersFor(1500)).toEqual([UNAVAILABLE]);
    expect(is('suspended')()).toBe(true);
  });

  it('asks PostgreSQL when it has lost it after a sleep of the machine', async () => {
    const { now } = Date;
    const cut = Promise.all([requests.cut(), sessions.cut()]);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + SQL_MS);
    await cut;
    await becomes('suspended');
    expect(await answersFor(1500)).toEqual([UNAVAILABLE]);
    expect(is('suspended')()).toBe(true);
    clock.mockRestore();
  });
});
