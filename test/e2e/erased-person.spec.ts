import type { AppProcess } from '../support/app/app-process.js';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { api, type ApiClient } from '../support/app/api-client.js';
import { MailServer, Refusal } from '../support/mail/mail-server.js';
import { linksOf } from '../support/mail/received-mail.js';
import { freePort } from '../support/network/free-port.js';
import { postgresProgram } from '../support/postgres/postgres-cluster.js';
import { sql } from '../support/postgres/sql.js';
import { waitFor } from '../support/wait-for.js';
import { expectNowhere, type Place, searchRedis, searchText } from './support/canary-search.js';
import { LiveClient } from './support/live-client.js';
import { linesOf } from './support/log-lines.js';
import { claimsOf, Deployment, type Tokens } from './support/suite.js';

const run = promisify(execFile);

const PERSON = {
  email: 'unmistakable-person@example.org',
  next: 'unmistakable-next@example.org',
  name: 'Unmistakable Person',
  device: 'Unmistakable Tablet',
  password: 'correct horse battery',
};
const ORIGIN = { 'x-forwarded-for': '203.0.113.77', 'user-agent': 'UnmistakableAgent/7.7' };
/** What must be nowhere. Parts of both addresses have the same beginning. */
const TRACES = ['unmistakable-', 'Unmistakable', '203.0.113.77'];
const LAST_PATH = '/the-last-request';

/** Makes one of each thing that the service keeps of a person, erases the person, and looks everywhere. */
describe('a person', () => {
  let deployment: Deployment<AppProcess>;
  let mails: MailServer;
  let management: ApiClient;
  let person: ApiClient;
  let sessionId: string;
  let channel: LiveClient;
  let erasedAt: string;
  let foundBefore: string[];

  beforeAll(async () => {
    mails = await MailServer.start();
    const managementPort = await freePort();
    const env = {
      NODE_ENV: 'production',
      TRUSTED_PROXIES: '1',
      RATE_LIMIT_ENABLED: 'true',
      SMTP_URL: mails.url,
      MAIL_FROM: 'accounts@example.org',
    };
    deployment = await Deployment.ofProcesses({
      instances: [{ ...env, MANAGEMENT_PORT: String(managementPort) }],
    });
    management = api(`http://127.0.0.1:${managementPort}`);
    await leaveTraces();
    foundBefore = [...new Set(searchText(await everywhere(), TRACES))];
    mails.onAddress = () => undefined;
    await erase();
  }, 120_000);
  afterAll(async () => {
    management.close();
    await deployment.stop();
    await mails.down();
  });

  const query = <Row extends object>(statement: string) => sql<Row>(deployment.databaseUrl, statement);
  const post = (path: string, body: unknown, token?: string) =>
    deployment.client().post<Record<string, string>>(`/api/v1/${path}`, body, { token, headers: ORIGIN });

  /** The token of the latest mail to the address that leads to the page. */
  const tokenOf = async (address: string, page: string): Promise<string> => {
    const find = () =>
      mails.mails
        .filter(({ to }) => to === address)
        .flatMap(linksOf)
        .findLast((link) => link.includes(`/${page}#`));
    return (await waitFor(find, { what: `a mail to ${address} with a link to ${page}` }))!.split('=')[1]!;
  };

  const logIn = async (email: string): Promise<Tokens> => {
    const body = { email, password: PERSON.password, device_name: PERSON.device };
    const answer = await deployment
      .client()
      .post<Tokens>('/api/v1/auth/login/json', body, { headers: ORIGIN });
    expect(answer.status).toBe(200);
    return answer.body;
  };

  /** One of each: account, sessions, events, counts of limits, cache entry, links, invitation, mails that wait, a dead letter. */
  async function leaveTraces(): Promise<void> {
    const admin = await deployment.admin();
    await admin.post('/api/v1/invitations', { email: PERSON.email });
    const { email, next, name: full_name, password } = PERSON;
    expect((await post('auth/register', { email, password, full_name })).status).toBe(201);
    await post('auth/verify-email', { token: await tokenOf(email, 'verify-email') });
    await post('auth/login/json', { email, password: 'wrong' });
    const { access_token } = await logIn(email);
    await post('users/me/change-email', { new_email: next, current_password: password }, access_token);
    await post('auth/verify-email', { token: await tokenOf(next, 'verify-email') });
    await tokenOf(email, 'undo-email-change');
    mails.onAddress = (address) => {
      throw new Refusal(address === next ? 451 : 550, 'no');
    };
    await post('auth/forgot-password', { email: next });
    const tokens = await logIn(next);
    const { body } = await deployment
      .client()
      .post<Tokens>('/api/v1/auth/refresh', { refresh_token: tokens.refresh_token }, { headers: ORIGIN });
    sessionId = claimsOf(body.access_token).sid;
    person = deployment.client().as(body.access_token);
    await post(
      'users/me/change-email',
      { new_email: 'unmistakable-third@example.org', current_password: password },
      body.access_token,
    );
    await person.get('/api/v1/users/me/export', { headers: ORIGIN });
    await waitFor(
      async () => (await query('SELECT FROM mail_outbox WHERE failed_at IS NOT NULL')).length > 0,
      { what: 'a dead letter' },
    );
    channel = await LiveClient.watch(deployment.apps[0]!, sessionId, body.access_token);
    const isCached = async () => {
      await person.get('/api/v1/users/me', { headers: ORIGIN });
      return (await searchRedis(deployment.redisUrl)).some(([where]) => where.startsWith('Redis user:'));
    };
    await waitFor(isCached, { what: 'the cache entry' });
    await logged();
  }

  /** Resolves when each event has its line, and the lines of earlier requests are written. */
  async function logged(): Promise<void> {
    await waitFor(async () => (await query('SELECT FROM audit_outbox')).length === 0, {
      what: 'all lines of events',
    });
    const path = `${LAST_PATH}/${Math.random()}`;
    await deployment.client().get(path);
    await waitFor(() => deployment.apps[0]!.output.includes(path), { what: 'the line of the last request' });
  }

  async function erase(): Promise<void> {
    const { status } = await person.delete('/api/v1/users/me', {
      body: { current_password: PERSON.password },
      headers: ORIGIN,
    });
    expect(status).toBe(204);
    erasedAt = new Date().toISOString();
    await waitFor(async () => (await query('SELECT FROM mail_outbox')).length === 0, {
      what: 'the last mail to leave',
    });
    // From another address.
    await expect(person.get('/api/v1/users/me')).resolves.toMatchObject({ status: 401 });
    await logged();
  }

  /** What `pg_dump` writes, by tables. */
  async function dump(): Promise<Place[]> {
    const options = ['--format=plain', '--inserts', deployment.databaseUrl];
    const { stdout } = await run(await postgresProgram('pg_dump'), options, { maxBuffer: 256 * 1024 * 1024 });
    return stdout.split('\n').map((line): Place => [`pg_dump ${/INTO (\S+)/.exec(line)?.[1] ?? ''}`, line]);
  }

  async function everywhere(): Promise<Place[]> {
    const { body } = await management.get<string>('/metrics');
    return [...(await dump()), ...(await searchRedis(deployment.redisUrl)), ['/metrics', body]];
  }

  it('is found where the inventory says, before the erasure', () => {
    expect(foundBefore.map((place) => place.replace(/[0-9a-f]{8}-.*/, '')).sort()).toEqual([
      'Redis user:',
      'pg_dump public.audit_events',
      'pg_dump public.invitations',
      'pg_dump public.mail_outbox',
      'pg_dump public.one_time_tokens',
      'pg_dump public.sessions',
      'pg_dump public.users',
    ]);
  });

  it('who was erased is in no row of PostgreSQL, no key or value of Redis, and no metric', async () => {
    expectNowhere(await everywhere(), TRACES);
  });

  it('who was erased is in no log line of afterwards, but in that of the own last request', () => {
    const lines = linesOf(deployment.apps[0]!.output).filter(({ time }) => String(time) >= erasedAt);
    // It is written when the answer has been sent.
    const others = lines.filter(({ msg, method }) => !(msg === 'Answered' && method === 'DELETE'));
    expect(others.length).toBeGreaterThan(2);
    const places = others.map((line): Place => [line.msg, JSON.stringify(line)]);
    expectNowhere(places, TRACES);
    const erased = others.find(({ action }) => action === 'user.erased');
    expect(erased).toMatchObject({ ip: null, user_agent: null, request_id: expect.any(String) });
  });

  it('who was erased gets a last mail, and the live channel says why it ends', async () => {
    const last = mails.mails.at(-1);
    expect(last).toMatchObject({ to: PERSON.next });
    await expect(channel.receives('session.revoked')).resolves.toMatchObject({ reason: 'user_erased' });
  });
});
