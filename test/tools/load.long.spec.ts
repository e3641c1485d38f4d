import { parseArguments } from '../../tools/load/arguments.js';
import { openLoop } from '../../tools/load/pace.js';
import { Statistics } from '../../tools/load/statistics.js';
import { progressBar, summarise } from '../../tools/load/summary.js';
import { Progress } from '../../tools/service/progress.js';
import { UsageError } from '../../tools/service/usage-error.js';
import { PATIENT } from '../support/app/patient.js';
import { AppProcess } from '../support/app/app-process.js';
import { api, type ApiClient } from '../support/app/api-client.js';
import { Accounts } from '../e2e/support/accounts.js';
import { ADMIN } from '../e2e/support/deployment.js';
import { type Behaviour, BrokenProxy, reply, replaying } from './support/broken-proxy.js';
import { runTool } from './support/run-tool.js';

const answer = (status: number, code?: string) => ({ status, code, headers: {}, body: {}, sentAt: 0, ms: 0 });

describe('npm run load', () => {
  let app: AppProcess;
  let admin: ApiClient;

  beforeAll(async () => {
    app = await AppProcess.start({
      env: {
        RATE_LIMIT_ENABLED: 'false',
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
        ...PATIENT,
      },
    });
    const { access_token } = await new Accounts(api(app.url)).login(ADMIN);
    admin = api(app.url).as(access_token);
  });
  afterAll(() => app.stop());

  const load = (url: string, ...args: string[]) => runTool('load', ['--url', url, ...args]);

  const throughProxy = async (behaviour: Behaviour, ...args: string[]) => {
    const proxy = await BrokenProxy.start(app.url, { behaviour });
    const result = await load(proxy.url, ...args);
    await proxy.stop();
    return result;
  };

  /** The sessions that a run has opened, and those of them that have not ended. */
  async function sessionsOf(output: string): Promise<{ opened: number; live: number }> {
    const name = /load-[\da-f]+/.exec(output)?.[0];
    const { body: page } = await admin.get<{ users: { id: string }[] }>(
      `/api/v1/users?q=${name}&page_size=100`,
    );
    const trails = await Promise.all(
      page.users.map(({ id }) => admin.get<{ events: { action: string }[] }>(`/api/v1/audit?user_id=${id}`)),
    );
    const count = (action: string) =>
      trails.flatMap(({ body }) => body.events.filter((event) => event.action === action)).length;
    return { opened: count('session.opened'), live: count('session.opened') - count('session.revoked') };
  }

  it('prints throughput, latencies, a histogram and verdicts, and ends every session', async () => {
    const { code, stdout, stderr } = await load(app.url, '--users', '3', '--seconds', '3');
    const [answers = '', latency, ...rest] = stdout.split('\n');
    expect(answers).toMatch(/^[\d,]+ answers in \d+\.\d s: [\d,]+ a second$/);
    expect(latency).toMatch(/^latency: p50 [\d.]+ ms, p90 [\d.]+ ms, p99 [\d.]+ ms, max [\d.]+ ms$/);
    const bars = rest.filter((line) => /^ *(< [\d.]+ ms|longer) {2}#* +[\d,]+$/.test(line));
    const number = (text: string) => Number(/[\d,]+/.exec(text)?.[0].replaceAll(',', ''));
    const sum = bars.map((line) => number(/[\d,]+$/.exec(line)![0])).reduce((a, b) => a + b, 0);
    expect(sum).toBe(number(answers));
    const verdicts = rest.filter((line) => / {2}200$/.test(line));
    expect(verdicts.map(number)).toEqual([number(answers)]);
    expect(stdout).toContain('3 sessions ended; 0 access tokens accepted after the logout\n3 accounts stay;');
    expect(stderr).toBe('3 users send requests for 3 s, as fast as answers arrive\n');
    expect(code).toBe(0);
    await expect(sessionsOf(stdout)).resolves.toEqual({ opened: 3, live: 0 });
  });

  it('sends at most --rate requests a second', async () => {
    const { code, stdout } = await load(app.url, '--users', '2', '--seconds', '2', '--rate', '20');
    const answers = Number(/^\d+/.exec(stdout)?.[0]);
    expect(answers).toBeGreaterThan(0);
    expect(answers).toBeLessThanOrEqual(40);
    expect(code).toBe(0);
  });

  it('ends with 1 when the service answers with another status than 200', async () => {
    const behaviour: Behaviour = async ({ path }, pass) =>
      path === '/api/v1/users/me' ? reply(503, {}, { code: 'temporarily_unavailable' }) : pass();
    const { code, stdout } = await throughProxy(behaviour, '--users', '1', '--seconds', '1');
    expect(stdout).toMatch(/^ +[\d,]+ {2}503 temporarily_unavailable$/m);
    expect(code).toBe(1);
    await expect(sessionsOf(stdout)).resolves.toEqual({ opened: 1, live: 0 });
  });

  it('ends with 1 when a token is accepted after the logout', async () => {
    const { code, stdout } = await throughProxy(
      replaying('/api/v1/users/me'),
      '--users',
      '2',
      '--seconds',
      '1',
    );
    expect(stdout).toContain(
      '2 sessions ended; 2 access tokens accepted after the logout: a promise does not',
    );
    expect(code).toBe(1);
  });

  it('ends the sessions that it made, and exits with 3, when the service lets it make no more', async () => {
    let registrations = 0;
    const behaviour: Behaviour = async ({ path }, pass) =>
      path === '/api/v1/auth/register' && ++registrations > 2
        ? reply(429, { 'retry-after': '900' }, { code: 'too_many_requests' })
        : pass();
    const { code, stdout, stderr } = await throughProxy(behaviour, '--users', '6', '--seconds', '1');
    expect(stderr).toContain('the load could not be sent: 429 too_many_requests at a registration');
    expect(code).toBe(3);
    await expect(sessionsOf(stdout)).resolves.toEqual({ opened: 2, live: 0 });
  });

  it('ends the sessions that it made when it is interrupted', async () => {
    const { code, stdout } = await runTool(
      'load',
      ['--url', app.url, '--users', '2', '--seconds', '600', '--rate', '1'],
      { onProgress: (stderr, interrupt) => stderr.includes('users send requests') && interrupt() },
    );
    expect(code).toBe(130);
    await expect(sessionsOf(stdout)).resolves.toEqual({ opened: 2, live: 0 });
  });

  it('prints its usage and ends with 2 when the host is not this machine', async () => {
    const { code, stdout, stderr } = await load('https://auth.example');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('add --confirm-host auth.example');
  });
});

describe('the arguments of the load', () => {
  it.each(['http://localhost:8000', 'http://127.0.0.1', 'http://127.1.2.3:1', 'http://[::1]:8000'])(
    'need no consent for %s',
    (url) => {
      expect(parseArguments(['--url', url])).toMatchObject({ users: 10, seconds: 10, rate: undefined });
    },
  );

  it('accept the repeated name of another host as consent', () => {
    const url = ['--url', 'https://auth.example:8443/auth'];
    expect(parseArguments([...url, '--confirm-host', 'auth.example'])?.url.hostname).toBe('auth.example');
    expect(() => parseArguments([...url, '--confirm-host', 'other.example'])).toThrow(UsageError);
  });

  it.each([
    ['a host that begins like this machine', ['--url', 'http://127.0.0.1.example']],
    ['too many users', ['--url', 'http://localhost', '--users', '1001']],
    ['too long a time', ['--url', 'http://localhost', '--seconds', '601']],
    ['no rate', ['--url', 'http://localhost', '--rate', '0']],
  ])('are refused with %s', (_, args) => {
    expect(() => parseArguments(args)).toThrow(UsageError);
  });
});

describe('the result of the load', () => {
  it('counts latencies and verdicts', () => {
    const statistics = new Statistics();
    for (let ms = 1; ms <= 100; ms++) statistics.countAnswer(answer(200), ms);
    statistics.countAnswer(answer(401, 'token_revoked'), 20_000);
    statistics.countFailure('no answer within 10 s');
    expect(statistics.answers).toBe(101);
    expect(statistics.percentile(50)).toBeCloseTo(51, 0);
    expect(statistics.percentile(100)).toBeCloseTo(20_000, -2);
    expect(statistics.isClean).toBe(false);
    expect(statistics.bars()).toEqual([
      { below: 2, count: 1 },
      { below: 5, count: 3 },
      { below: 10, count: 5 },
      { below: 20, count: 10 },
      { below: 50, count: 30 },
      { below: 100, count: 50 },
      { below: 200, count: 1 },
      { below: 500, count: 0 },
      { below: 1000, count: 0 },
      { below: 2000, count: 0 },
      { below: 5000, count: 0 },
      { below: 10_000, count: 0 },
      { below: Infinity, count: 1 },
    ]);
    expect(summarise(statistics, 1000)).toEqual(
      expect.arrayContaining([
        '101 answers in 1.0 s: 101 a second',
        `  < 100 ms  ${'#'.repeat(40)}  50`,
        '       100  200',
        '         1  401 token_revoked',
        '         1  no answer: no answer within 10 s',
      ]),
    );
  });

  it('is printed also when no request was answered', () => {
    expect(summarise(new Statistics(), 1000)).toContain(
      'latency: p50 0.0 ms, p90 0.0 ms, p99 0.0 ms, max 0.0 ms',
    );
  });
});

describe('an open loop', () => {
  it('makes requests due at their rate, also when they are taken late, and ends when aborted', async () => {
    const startAt = performance.now() - 1000;
    const pace = openLoop(startAt, startAt + 600_000, 10, new AbortController().signal);
    const due = [await pace.next(), await pace.next(), await pace.next()];
    expect(due.map((at) => Math.round(at! - startAt))).toEqual([0, 100, 200]);
    await expect(openLoop(startAt, startAt + 1, 10, AbortSignal.abort()).next()).resolves.toBeUndefined();
  });
});

describe('progress', () => {
  const shown = async (isTTY: boolean) => {
    let text = '';
    const progress = new Progress({ isTTY, write: (part: string) => (text += part) });
    progress.show(progressBar(0.5));
    await progress.wait(1, 'for nothing');
    return text;
  };

  it('is one line that changes on a terminal', async () => {
    const text = await shown(true);
    expect(text).toContain(`\r\x1b[K[${'#'.repeat(20)}${' '.repeat(20)}]`);
    expect(text).not.toContain('\n');
  });

  it('has no bar elsewhere', async () => {
    await expect(shown(false)).resolves.toBe('waiting 1 s for nothing\n');
  });
});
