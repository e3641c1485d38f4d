import { randomUUID } from 'node:crypto';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { sql } from '../support/postgres/sql.js';
import { beforeSuite } from './support/before-suite.js';
import { MovingCommand, ndjson } from './support/moving-command.js';

const newAddress = (): string => `${randomUUID()}@example.org`;
const SALT = 'A'.repeat(22);
const KEY = 'A'.repeat(43);

/** Records, and the code of their refusals. Those without an address get one where the address is not what is wrong. */
const HOSTILE: readonly (readonly [code: string, members: object])[] = [
  ['email_missing', {}],
  ['email_missing', { email: null, full_name: 'Ada' }],
  ['invalid_email', { email: 'ada' }],
  ['invalid_email', { email: ['ada@example.org'] }],
  ['invalid_email', { email: { toString: 'x' } }],
  ['invalid_email', { email: 'ada\u0000@example.org' }],
  ['invalid_email', { email: `${'a'.repeat(300)}@example.org` }],
  ['invalid_name', { full_name: 'x'.repeat(100_000) }],
  ['invalid_name', { full_name: 'Ada\u0000' }],
  ['invalid_name', { full_name: 'Ada\nLovelace' }],
  ['invalid_name', { full_name: '\ud800' }],
  ['invalid_name', { full_name: 7 }],
  ['invalid_name', { full_name: '   ' }],
  ['invalid_id', { id: 'auth0|1' }],
  ['invalid_id', { id: 7 }],
  ['invalid_id', { id: {} }],
  ['unknown_member', { pasword_hash: 'x' }],
  ['unknown_member', JSON.parse('{"__proto__":{"role":"admin"}}') as object],
  ['unknown_role', { role: 'root' }],
  ['wrong_type', { role: 7 }],
  ['wrong_type', { is_active: 'yes' }],
  ['wrong_type', { is_active: { toString: 1 } }],
  ['wrong_type', { email_verified: 'verified' }],
  ['wrong_type', { password_hash: 7 }],
  ['wrong_type', { password_hash: { $ne: null } }],
  ['invalid_time', { created_at: '2024-02-30T00:00:00Z' }],
  ['invalid_time', { created_at: '2999-01-01T00:00:00Z' }],
  ['invalid_time', { created_at: 1_700_000_000 }],
  ['invalid_locale', { locale: 'not a language' }],
  ['unsupported_hash', { password_hash: 'correct horse' }],
  ['unsupported_hash', { password_hash: '5f4dcc3b5aa765d61d8327deb882cf99' }],
  ['unsupported_hash', { password_hash: `$2b$10$${'A'.repeat(5000)}` }],
  ['hash_too_costly', { password_hash: `$2b$31$${'A'.repeat(53)}` }],
  ['hash_too_costly', { password_hash: `$argon2id$v=19$m=4194304,t=3,p=1$${SALT}$${KEY}` }],
  ['hash_too_costly', { password_hash: `$scrypt$ln=30,r=8,p=1$${SALT}$${KEY}` }],
  ['hash_too_costly', { password_hash: `$pbkdf2-sha256$i=4000000000$${SALT}$${KEY}` }],
  ['weak_hash', { password_hash: `$sha256$salt=prefix$${SALT}$${KEY}` }],
];

describe('the import of a hostile file', () => {
  const database = beforeSuite(() => createTestDatabase());
  const command = beforeSuite(() => MovingCommand.for(database.url));

  const count = async (): Promise<number> =>
    (await sql<{ n: number }>(database.url, 'SELECT count(*)::int AS n FROM users'))[0]?.n ?? -1;

  it('refuses each hostile record by its line, and imports the ones between', async () => {
    const lines = HOSTILE.flatMap(([code, members]) => [
      code === 'email_missing' ? members : { email: newAddress(), ...members },
      { email: newAddress() },
    ]);
    const result = await command.importText('accounts.ndjson', ndjson(...lines));
    expect(result).toMatchObject({
      code: 1,
      errors: '',
      summary: { records: lines.length, imported: HOSTILE.length, refused: HOSTILE.length },
    });
    expect(result.report.map(({ line, record, code }) => [line, record, code])).toEqual(
      HOSTILE.map(([code], index) => [2 * index + 1, 2 * index + 1, code]),
    );
    for (const entry of result.report) expect(JSON.stringify(entry).length).toBeLessThan(300);
    expect(await count()).toBe(HOSTILE.length);
  });

  it('takes salted digests on request alone, and accounts without a usable hash too', async () => {
    const lines = (...hashes: string[]) =>
      ndjson(...hashes.map((hash) => ({ email: newAddress(), password_hash: hash })));
    const weak = lines(`$sha256$salt=prefix$${SALT}$${KEY}`);
    const allowed = await command.importText('accounts.ndjson', weak, '--allow-weak-hashes');
    expect(allowed.summary).toMatchObject({ imported: 1, without_password: 0 });
    const unknown = lines('correct horse', `$2b$31$${'A'.repeat(53)}`, `$sha256$salt=prefix$${SALT}$${KEY}`);
    const reset = await command.importText('accounts.ndjson', unknown, '--must-reset');
    expect(reset).toMatchObject({
      code: 0,
      summary: { imported: 3, without_password: 3, mails: 0, refused: 0 },
    });
  });

  it('queues a mail for each active account without a password, where mail is configured', async () => {
    const mailing = await MovingCommand.for(database.url, {
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'no-reply@example.org',
    });
    const [reset, inactive, kept] = [newAddress(), newAddress(), newAddress()];
    const text = ndjson(
      { email: reset, password_hash: 'md5' },
      { email: inactive, is_active: false },
      { email: kept, password_hash: `$2b$10$${'A'.repeat(53)}` },
    );
    const { summary } = await mailing.importText('accounts.ndjson', text, '--must-reset');
    expect(summary).toMatchObject({ imported: 3, without_password: 2, mails: 1 });
    const mails = await sql(
      database.url,
      'SELECT kind, email FROM mail_outbox JOIN users ON users.id = user_id',
    );
    expect(mails).toEqual([{ kind: 'account_moved', email: reset }]);
    const quiet = await mailing.importText('accounts.ndjson', ndjson({ email: newAddress() }));
    expect(quiet.summary).toMatchObject({ imported: 1, without_password: 1, mails: 0 });
  });

  it.each([
    ['a text that is cut off', 'users.json', '{"users":[{"email":"a@example.org"},{"email":"b', 'truncated'],
    ['a document of another kind', 'users.json', '{"people":[]}', 'invalid_json'],
    ['garbage', 'users.json', '\u0000\u0001]]]}', 'truncated'],
    ['brackets without end', 'users.json', `{"users":[${'['.repeat(3_000_000)}`, 'truncated'],
  ])('reads %s to its end, and says so', async (_what, name, text, code) => {
    const { summary, report, errors } = await command.importText(name, text, '--format', 'keycloak');
    expect(errors).toBe('');
    expect(report.at(-1)).toMatchObject({ code });
    expect(summary['refused']).toBe(report.length);
  });

  it('ends with 1 and a sentence for what it cannot do', async () => {
    const file = await command.write('accounts.ndjson', ndjson({ email: newAddress() }));
    const nowhere = `${command.folder}/absent.ndjson`;
    const outcomes = await Promise.all([
      command.run('import', [nowhere]),
      command.run('import', [command.folder, '--format', 'ndjson']),
      command.run('import', [file, '--role-map', 'a=nobody']),
      command.run('import', [file], { DATABASE_URL: '' }),
      command.run('import', [file], {
        DATABASE_URL: 'postgresql://user:hunter2@127.0.0.1:1/none',
        DATABASE_WAIT_SECONDS: '0',
      }),
      command.run('import', [file], { ROLES: 'admin' }),
    ]);
    for (const { code, output, errors } of outcomes) {
      expect({ code, output }).toEqual({ code: 1, output: '' });
      expect(errors).toMatch(/^[^\n]+\n$/);
      expect(errors).not.toMatch(/ {4}at |hunter2/);
    }
  });

  it('ends with 2 and its usage for wrong arguments', async () => {
    const outcomes = await Promise.all(
      [
        [],
        ['a.ndjson', 'b.ndjson'],
        ['a.json'],
        ['a.json', '--format', 'x'],
        ['a.ndjson', '--no'],
        ['a.json', '--format', 'firebase'],
      ].map((args) => command.run('import', args)),
    );
    for (const { code, output, errors } of outcomes) {
      expect({ code, output }).toEqual({ code: 2, output: '' });
      expect(errors).toContain('Usage: ergodrive import FILE');
    }
    await expect(command.run('import', ['--help'])).resolves.toMatchObject({ code: 0, errors: '' });
  });

  it('shows the first refused records without --report, and no data of them', async () => {
    const file = await command.write('accounts.ndjson', ndjson({ email: 'secret-name' }));
    const { code, output, errors } = await command.run('import', [file]);
    expect(code).toBe(1);
    expect(output).toMatch(/^1 records in [\d.]+ s: 0 imported, 0 updated, 0 there already, 1 refused\.\n$/);
    expect(errors).toMatch(/line 1, record 1: .* \(invalid_email\)/);
    expect(errors).not.toContain('secret-name');
  });
});
