import { randomInt, randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type ApiClient, type ApiResponse, api } from '../../test/support/app/api-client.js';
import { AppProcess } from '../../test/support/app/app-process.js';
import { MailFolder } from '../../test/support/mail/mail-folder.js';
import { PostgresServer } from '../../test/support/postgres/postgres-server.js';
import { sql } from '../../test/support/postgres/sql.js';
import { RedisServer } from '../../test/support/redis/redis-server.js';
import { summarise } from '../statistics/latencies.js';
import { mannWhitneyP } from '../statistics/mann-whitney.js';

const PASSWORD = 'a horse of the bench';
const WARM_UP = 50;
/** Of each kind. Requests of both kinds ask about so many addresses in turn. */
const ADDRESSES = 50;

interface Asker {
  readonly name: string;
  readonly ask: (email: string) => Promise<number>;
}

/**
 * `npm run bench:timing` measures whether the time of an answer says that an address has an account: as often with one that has and with one
 * that has none, in random order, without limits on attempts. `--tries` is how often for each, 1000 by default.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { tries: { type: 'string', default: '1000' } } });
  const [postgres, redis, mails] = await Promise.all([
    PostgresServer.start(),
    RedisServer.start(),
    MailFolder.make(),
  ]);
  const { url: databaseUrl } = await postgres.createDatabase();
  const common = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    JWT_SECRET: randomUUID() + randomUUID(),
    RATE_LIMIT_ENABLED: 'false',
    LOG_LEVEL: 'warn',
    ...mails.variables,
  };
  const [open, silent] = await Promise.all([
    AppProcess.start({ env: common }),
    AppProcess.start({ env: { ...common, REGISTRATION_SILENT: 'true' } }),
  ]);
  const [client, silentClient] = [api(open.url), api(silent.url)];
  try {
    const known = newAddresses();
    for (const email of known) await register(client, email);
    const member = await logIn(client, known[0] ?? '');
    const askers: Asker[] = [
      asker('a forgotten password', 202, (email) => client.post('/api/v1/auth/forgot-password', { email })),
      asker('any other request, right after a forgotten password', 200, async (email) => {
        await client.post('/api/v1/auth/forgot-password', { email });
        return client.get('/api/v1/info');
      }),
      asker('the mail for a proof again', 202, (email) =>
        client.post('/api/v1/auth/verify-email/resend', { email }),
      ),
      asker('a silent registration', 202, (email) =>
        silentClient.post('/api/v1/auth/register', { email, password: PASSWORD, full_name: 'A' }),
      ),
      asker('a change of the address', 202, (new_email) =>
        member.post('/api/v1/users/me/change-email', { new_email, current_password: PASSWORD }),
      ),
      asker('a login with a wrong password', 401, (email) =>
        client.post('/api/v1/auth/login/json', { email, password: 'wrong-Test1234' }),
      ),
    ];
    console.log(`load ${loadavg()[0]?.toFixed(1)}, ${values.tries} tries for each\n`);
    console.log(
      '| request | with an account, median | without one | p (Mann-Whitney) |\n|---|---:|---:|---:|',
    );
    for (const each of askers) {
      await measure(each, known, newAddresses(), Number(values.tries));
      await emptied(databaseUrl);
    }
  } finally {
    await Promise.all([open.stop(), silent.stop()]);
    await Promise.all([postgres.stop(), redis.stop(), mails.remove()]);
  }
}

const newAddresses = (): string[] => Array.from({ length: ADDRESSES }, () => `${randomUUID()}@example.org`);

function asker(name: string, status: number, send: (email: string) => Promise<ApiResponse<unknown>>): Asker {
  const ask = async (email: string) => {
    const answer = await send(email);
    if (answer.status !== status) throw new Error(`${name} was answered with ${answer.status}`);
    return answer.durationMs;
  };
  return { name, ask };
}

async function register(client: ApiClient, email: string): Promise<void> {
  const body = { email, password: PASSWORD, full_name: 'A' };
  const { status } = await client.post('/api/v1/auth/register', body);
  if (status !== 201) throw new Error(`a registration was answered with ${status}`);
}

async function logIn(client: ApiClient, email: string): Promise<ApiClient> {
  const { body } = await client.post<{ access_token: string }>('/api/v1/auth/login/json', {
    email,
    password: PASSWORD,
  });
  return client.as(body.access_token);
}

async function measure(
  { name, ask }: Asker,
  known: readonly string[],
  unknown: readonly string[],
  tries: number,
): Promise<void> {
  const withAccount = { addresses: known, left: tries, times: [] as number[] };
  const without = { addresses: unknown, left: tries, times: [] as number[] };
  for (let count = 0; count < WARM_UP; count++) await ask((count % 2 ? known : unknown)[0] ?? '');
  for (let left = 2 * tries; left > 0; left--) {
    // Which of those that are left, all with the same probability.
    const group = randomInt(left) < withAccount.left ? withAccount : without;
    const email = group.addresses[group.left % ADDRESSES] ?? '';
    group.left -= 1;
    group.times.push(await ask(email));
  }
  const medians = [withAccount, without].map(({ times }) => `${summarise(times).medianMs.toFixed(2)} ms`);
  const p = mannWhitneyP(withAccount.times, without.times);
  console.log(`| ${name} | ${medians.join(' | ')} | ${p.toFixed(3)} |`);
}

/** Resolves when no mail waits: mails of one measurement do not slow the next one. */
async function emptied(databaseUrl: string): Promise<void> {
  const waiting = 'SELECT id FROM mail_outbox LIMIT 1';
  while ((await sql(databaseUrl, waiting)).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 100));
}

await main();
