import type { AppProcess } from '../support/app/app-process.js';
import { readFile } from 'node:fs/promises';
import { api, type ApiClient, type ApiResponse } from '../support/app/api-client.js';
import { sql } from '../support/postgres/sql.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { MailServer } from '../support/mail/mail-server.js';
import { freePort } from '../support/network/free-port.js';
import { OtlpCollector } from '../support/network/otlp-collector.js';
import { RedisServer } from '../support/redis/redis-server.js';
import { expectNowhere, hashesIn, type Place, searchPostgres, searchRedis } from './support/canary-search.js';
import { readMails } from './support/mail-reader.js';
import { canary, SECRETS } from './support/canary-secrets.js';
import { LiveClient } from './support/live-client.js';
import { claimsOf, Deployment } from './support/suite.js';

/** More than the name of a canary; a multiple of 3, so that its base64 begins that of the whole. */
const RECOGNIZED_CHARACTERS = 15;
const ADMIN = { email: 'admin@example.org', password: canary('admin') };
const EMAIL = 'canary@example.org';
const UNKNOWN_EMAIL = 'nobody@example.org';
const LAST_PATH = '/the-last-request';

/** Registers, logs in, refreshes, changes the password and fails in every way that has secrets at hand; then searches. */
describe('secrets', () => {
  let database: TestDatabase;
  let redis: RedisServer;
  let collector: OtlpCollector;
  let mailServer: MailServer;
  let deployment: Deployment<AppProcess>;
  let client: ApiClient;
  let metrics: string;
  let hashes: string[];
  const tokens: string[] = [];
  const oneTimeTokens: string[] = [];
  const failures: ApiResponse<unknown>[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    redis = await RedisServer.start({ password: SECRETS.redisPassword });
    collector = await OtlpCollector.start();
    mailServer = await MailServer.start();
    const managementPort = await freePort();
    const url = new URL(database.url);
    url.password ||= SECRETS.databasePassword;
    const env = {
      NODE_ENV: 'production',
      LOG_LEVEL: 'trace',
      MANAGEMENT_PORT: String(managementPort),
      DATABASE_URL: url.href,
      REDIS_URL: redis.url,
      JWT_SECRET: SECRETS.signingKey,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      SMTP_URL: mailServer.url,
      MAIL_FROM: 'no-reply@example.org',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `api-key=${SECRETS.collectorKey}`,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    };
    deployment = await Deployment.ofProcesses({
      instances: [env],
      databaseUrl: database.url,
      redisUrl: redis.url,
    });
    await deployment.trusted(30_000);
    client = deployment.client();
    await useAndFail();
    const management = api(`http://127.0.0.1:${managementPort}`);
    metrics = (await management.get<string>('/metrics')).body;
    management.close();
    hashes = await hashesIn(database.url);
  });
  afterAll(async () => {
    await deployment.stop();
    await collector.stop();
    await mailServer.down();
    await redis.stop();
    await database.drop();
  });

  const post = (path: string, body: unknown, token?: string) =>
    client.post<Record<string, string>>(`/api/v1/${path}`, body, { token });

  /** Keeps the answer of a request that must fail. */
  async function fail(status: number, answer: Promise<ApiResponse<unknown>>): Promise<void> {
    const failure = await answer;
    expect(failure.status).toBe(status);
    failures.push(failure);
  }

  async function logIn(email: string, password: string): Promise<Record<string, string>> {
    const { status, body } = await post('auth/login/json', { email, password });
    expect(status).toBe(200);
    tokens.push(body['access_token'] ?? '', body['refresh_token'] ?? '');
    return body;
  }

  async function useAndFail(): Promise<void> {
    const { password, newPassword } = SECRETS;
    const account = { email: EMAIL, password, full_name: 'Canary' };
    expect((await post('auth/register', account)).status).toBe(201);
    const first = await logIn(EMAIL, password);
    const refreshed = await post('auth/refresh', { refresh_token: first['refresh_token'] });
    expect(refreshed.status).toBe(200);
    tokens.push(refreshed.body['access_token'] ?? '', refreshed.body['refresh_token'] ?? '');
    const token = refreshed.body['access_token'];
    await failAsGuesser(token);
    await failByShape();
    const steps = { post, fail, get: (path: string) => client.get(path) };
    oneTimeTokens.push(...(await readMails(mailServer, steps, [password, newPassword])));
    await failOnLiveChannel(first['access_token'] ?? '');
    const change = { current_password: password, new_password: newPassword };
    expect((await post('users/me/change-password', change, token)).status).toBe(200);
    await fail(401, post('auth/login/json', { email: EMAIL, password }));
    await failInsidePostgres(token);
    const last = await logIn(EMAIL, newPassword);
    expect((await post('auth/logout', undefined, last['access_token'])).status).toBe(200);
    await fail(401, client.get('/api/v1/users/me', { token: last['access_token'] }));
    await fail(401, post('auth/refresh', { refresh_token: last['refresh_token'] }));
    // Warms the cache, so that Redis has entries to search.
    const { access_token } = await logIn(EMAIL, newPassword);
    expect((await client.get('/api/v1/users/me', { token: access_token })).status).toBe(200);
    await logIn(ADMIN.email, ADMIN.password);
    await client.get(LAST_PATH);
    await collector.trace(({ attributes }) => attributes['url.path'] === LAST_PATH);
  }

  async function failAsGuesser(token: string | undefined): Promise<void> {
    const { wrongPassword, forgedToken, cookie, queryToken, newPassword } = SECRETS;
    await fail(401, post('auth/login/json', { email: EMAIL, password: wrongPassword }));
    await fail(401, post('auth/login/json', { email: UNKNOWN_EMAIL, password: wrongPassword }));
    const form = new URLSearchParams({ username: EMAIL, password: wrongPassword });
    await fail(401, client.post('/api/v1/auth/login', form));
    const change = { current_password: wrongPassword, new_password: newPassword };
    await fail(403, post('users/me/change-password', change, token));
    await fail(409, post('auth/register', { email: EMAIL, password: wrongPassword, full_name: 'Canary' }));
    await fail(401, client.get('/api/v1/users/me', { token: forgedToken }));
    await fail(401, client.get('/api/v1/users/me', { token: `${token}${queryToken}` }));
    await fail(401, client.get('/api/v1/users/me', { headers: { cookie: `session=${cookie}` } }));
    await fail(401, client.get('/api/v1/users/me', { headers: { authorization: `Basic ${cookie}` } }));
    await fail(401, client.get(`/api/v1/users/me?access_token=${queryToken}`));
    await fail(401, post('auth/refresh', { refresh_token: forgedToken }));
    await fail(404, client.get(`/api/v1/reset?token=${queryToken}`));
    await fail(400, client.get(`/api/v1/%zz?token=${queryToken}`));
  }

  async function failByShape(): Promise<void> {
    const { wrongPassword: secret } = SECRETS;
    const json = { 'content-type': 'application/json' };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = JSON.stringify({ email: EMAIL, password: secret });
    const login = '/api/v1/auth/login/json';
    await fail(422, post('auth/login/json', { email: EMAIL, password: [secret] }));
    await fail(422, post('auth/login/json', { email: EMAIL, password: secret, more: secret }));
    await fail(422, post('auth/register', { email: secret, password: `${secret}\u0000`, full_name: '' }));
    await fail(422, post('auth/register', { email: EMAIL, password: secret.repeat(10), full_name: 'A' }));
    await fail(422, post('auth/refresh', { refresh_token: { secret } }));
    await fail(400, client.send('POST', login, { body: `${body}}`, headers: json }));
    await fail(415, client.send('POST', '/api/v1/auth/login', { body, headers: form }));
    await fail(413, post('auth/login/json', { email: EMAIL, password: secret.repeat(2000) }));
  }

  async function failOnLiveChannel(token: string): Promise<void> {
    const { forgedToken, queryToken, wrongPassword } = SECRETS;
    const [app, { sid }] = [deployment.apps[0]!, claimsOf(token)];
    for (const options of [{ token: forgedToken }, { query: `?access_token=${queryToken}` }]) {
      const channel = await LiveClient.open(app, sid, options);
      channel.send({ type: 'authenticate', access_token: forgedToken, password: wrongPassword });
      failures.push({
        status: 0,
        headers: {},
        body: [await channel.closed(15_000), channel.messages],
        durationMs: 0,
      });
    }
  }

  /** Statements fail that have the address, the hash or a token's id as parameters. */
  async function failInsidePostgres(token: string | undefined): Promise<void> {
    const { wrongPassword, newPassword } = SECRETS;
    const register = { email: UNKNOWN_EMAIL, password: wrongPassword, full_name: 'Canary' };
    const change = { current_password: newPassword, new_password: wrongPassword };
    for (const [there, back, status] of [
      ['users RENAME COLUMN full_name TO gone', 'users RENAME COLUMN gone TO full_name', 500],
      ['users RENAME TO gone', 'gone RENAME TO users', 503],
    ] as const) {
      await sql(database.url, `ALTER TABLE ${there}`);
      await fail(status, post('auth/register', register));
      const answers = [
        await post('auth/login/json', { email: EMAIL, password: newPassword }),
        await post('users/me/change-password', change, token),
      ];
      failures.push(...answers.filter((answer) => answer.status >= 400));
      await sql(database.url, `ALTER TABLE ${back}`);
    }
  }

  /** What must be nowhere: the begins of all secrets, because a place may cut them, and what every token and hash begins with. */
  function needles(): string[] {
    const signatures = tokens.map((token) => token.split('.')[2] ?? '');
    const secrets = [
      ADMIN.password,
      ...Object.values(SECRETS),
      ...SECRETS.forgedToken.split('.'),
      ...signatures,
      ...oneTimeTokens,
    ];
    const begins = secrets.map((secret) => secret.slice(0, RECOGNIZED_CHARACTERS));
    return [...begins, 'eyJhbGciOi', '$argon2'];
  }

  const searches: [string, string, () => Promise<Place[]>][] = [
    ['the log', '"The request failed"', async () => [['log', deployment.apps[0]?.output ?? '']]],
    ['the answers of failed requests', '"request_id"', async () => failures.map(asPlace)],
    ['the spans of traces', 'INSERT INTO users', async () => [['spans', collector.text]]],
    ['the metrics', 'ergodrive_verdicts_total', async () => [['metrics', metrics]]],
    ['Redis', EMAIL, () => searchRedis(redis.url)],
    ['PostgreSQL, the audit trail included', EMAIL, () => searchPostgres(database.url)],
    ['the command line and the names of the threads', 'main.js', () => commandLine()],
  ];

  async function commandLine(): Promise<Place[]> {
    const pid = String(deployment.apps[0]?.pid);
    const read = async (file: string): Promise<Place> => [
      file,
      await readFile(`/proc/${pid}/${file}`, 'latin1'),
    ];
    return Promise.all(['cmdline', 'comm', 'status'].map(read));
  }

  it.each(searches)('are not in %s', async (_, known, places) => {
    expectNowhere(await places(), needles(), known);
  });

  it('are all searched for: two tokens for each login and refresh, those of mails, and a hash for each account', () => {
    expect(tokens).toHaveLength(10);
    for (const token of tokens) expect(token).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]{43}$/);
    expect(oneTimeTokens.map(({ length }) => length)).toEqual([43, 43, 43, 43]);
    expect(hashes).toHaveLength(3);
    for (const hash of hashes) expect(hash).toMatch(/^\$argon2id\$/);
  });
});

const asPlace = (answer: ApiResponse<unknown>): Place => [
  'answer',
  JSON.stringify([answer.headers, answer.body]),
];
