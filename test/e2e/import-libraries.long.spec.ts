import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { installDebianPackage } from '../support/process/debian-package.js';
import { serviceBinary } from '../support/process/service-binary.js';
import { sql } from '../support/postgres/sql.js';
import { Deployment } from './support/deployment.js';
import { MovingCommand, ndjson } from './support/moving-command.js';

const run = promisify(execFile);
const HTPASSWD_ACCOUNTS = 10_000;
const HTPASSWD_LOGINS = 200;
const CURRENT = '$argon2id$v=19$m=19456,t=2,p=1$';
/** Debian's own, whose packages are installed. Another one may come first in PATH. */
const PYTHON = '/usr/bin/python3';
const SCRIPTS = 'test/e2e/support';

interface MadeAccount {
  readonly email: string;
  readonly password: string;
  readonly password_hash: string;
}

/** Runs a command with lines as its input. */
async function outputOf(
  command: string,
  args: readonly string[],
  lines: readonly string[] = [],
): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = text(child.stdout);
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return output;
}

const made = (output: string): MadeAccount[] =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as MadeAccount);

async function pythonAccounts(): Promise<MadeAccount[]> {
  await run(PYTHON, ['-c', 'import argon2, bcrypt, passlib']).catch(async () => {
    for (const name of ['python3-passlib', 'python3-bcrypt', 'python3-argon2'])
      await installDebianPackage(name, `${name} of Debian`);
  });
  return made(await outputOf(PYTHON, [`${SCRIPTS}/make-hashes.py`]));
}

async function phpAccounts(): Promise<MadeAccount[]> {
  const php = await serviceBinary({ names: ['php'], debianPackage: 'php-cli' });
  return made(await outputOf(php, [`${SCRIPTS}/make-hashes.php`]));
}

/** The crypt of the C library, for the one prefix that other libraries do not make. */
async function perlAccounts(): Promise<MadeAccount[]> {
  const setting = '$2x$05$6bNw2HLQYeqHYyBfLMsv/O';
  const passwords = ['correct horse', '\u0451\u30d1', 'Zo\u00eb 1234'];
  const output = await outputOf('perl', ['-ne', `chomp; print crypt($_, q(${setting})), "\\n"`], passwords);
  return output
    .trim()
    .split('\n')
    .map((hash, index) => ({
      email: `2x-${index}@perl.example`,
      password: passwords[index]!,
      password_hash: hash,
    }));
}

describe('accounts whose hashes other programs made', () => {
  let deployment: Deployment;
  let command: MovingCommand;

  beforeAll(async () => {
    deployment = await Deployment.start({ redisUrl: null });
    command = await MovingCommand.for(deployment.databaseUrl);
  });
  afterAll(() => deployment.stop());

  const statusOf = async ({ email, password }: Pick<MadeAccount, 'email' | 'password'>): Promise<number> =>
    (await deployment.accounts().tryLogin({ email, password })).status;

  async function expectLogins(accounts: readonly MadeAccount[]): Promise<void> {
    const failed: string[] = [];
    for (const account of accounts) {
      const wrong = await statusOf({ ...account, password: `${account.password.slice(1)}!` });
      const first = await statusOf(account);
      const second = await statusOf(account);
      if (wrong !== 401 || first !== 200 || second !== 200)
        failed.push(`${account.email} ${account.password_hash}: ${wrong}, ${first}, ${second}`);
    }
    expect(failed).toEqual([]);
  }

  it('log in, 10,000 of them by htpasswd', async () => {
    const htpasswd = await serviceBinary({ names: ['htpasswd'], debianPackage: 'apache2-utils' });
    const names = Array.from({ length: HTPASSWD_ACCOUNTS }, (_, index) => `user${index}`);
    const loop = `while read -r name; do ${htpasswd} -nbB -C 4 "$name" "password of $name"; done`;
    const output = await outputOf('sh', ['-c', loop], names);
    const accounts = output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(':') as [string, string])
      .map(([name, hash]) => ({
        email: `${name}@htpasswd.example`,
        password: `password of ${name}`,
        password_hash: hash,
      }));
    expect(accounts).toHaveLength(HTPASSWD_ACCOUNTS);
    const csv = accounts.map(({ email, password_hash: hash }) => `${email},${hash}`);
    const { summary } = await command.importText(
      'htpasswd.csv',
      ['email,password_hash', ...csv, ''].join('\n'),
    );
    expect(summary).toMatchObject({ records: HTPASSWD_ACCOUNTS, imported: HTPASSWD_ACCOUNTS, refused: 0 });
    await expectLogins(accounts.filter((_, index) => index % (HTPASSWD_ACCOUNTS / HTPASSWD_LOGINS) === 0));
    const [renewed] = await sql<{ n: number }>(
      deployment.databaseUrl,
      `SELECT count(*)::int AS n FROM users WHERE email LIKE '%@htpasswd.example' AND starts_with(password_hash, $1)`,
      [CURRENT],
    );
    expect(renewed?.n).toBe(HTPASSWD_LOGINS);
  });

  it.each([
    ['Python', pythonAccounts],
    ['PHP', phpAccounts],
    ['the C library', perlAccounts],
  ])('log in, each kind of %s', async (_language, make) => {
    const accounts = await make();
    const lines = ndjson(...accounts.map(({ email, password_hash }) => ({ email, password_hash })));
    const { summary, report } = await command.importText('accounts.ndjson', lines, '--allow-weak-hashes');
    expect(report).toEqual([]);
    expect(summary).toMatchObject({ imported: accounts.length });
    await expectLogins(accounts);
  });
});
