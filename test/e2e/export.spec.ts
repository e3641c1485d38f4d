import { randomUUID } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createTestDatabase } from '../support/postgres/test-database.js';
import { sql } from '../support/postgres/sql.js';
import { linesOf, MovingCommand, ndjson } from './support/moving-command.js';
import { BCRYPT, BCRYPT_PASSWORD } from './support/moving-suite.js';
import { beforeSuite, Deployment } from './support/suite.js';

describe('the export of accounts', () => {
  const deployment = beforeSuite(() => Deployment.start({ redisUrl: null }));
  const command = beforeSuite(() => MovingCommand.for(deployment.databaseUrl));

  it('gives a file from which an empty deployment lets everybody in, and gives the same file', async () => {
    const member = await deployment.accounts().signUp();
    const [moved, off] = [`${randomUUID()}@example.org`, `${randomUUID()}@example.org`];
    await command.importText(
      'accounts.ndjson',
      ndjson(
        {
          email: moved,
          full_name: 'Zo\u00eb "Z"\u2028 Ünal',
          password_hash: BCRYPT,
          created_at: '2019-01-02T03:04:05.123456Z',
          locale: 'de',
        },
        { email: off, is_active: false, role: 'researcher' },
      ),
    );
    const file = join(command.folder, 'export.ndjson');
    expect(await command.run('export', [file])).toEqual({ code: 0, output: '', errors: '4 accounts\n' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readdir(command.folder)).filter((name) => name.startsWith(basename(file)))).toEqual([
      basename(file),
    ]);
    const lines = await linesOf(file);
    expect(lines.map(({ id }) => id)).toEqual(lines.map(({ id }) => id).sort());
    expect(lines.find(({ email }) => email === moved)).toEqual({
      id: expect.any(String),
      email: moved,
      email_verified: false,
      full_name: 'Zo\u00eb "Z"\u2028 Ünal',
      role: 'student',
      is_active: true,
      password_hash: BCRYPT,
      locale: 'de',
      created_at: '2019-01-02T03:04:05.123456+00:00',
      updated_at: expect.any(String),
    });
    expect(lines.find(({ email }) => email === off)).not.toHaveProperty('password_hash');

    const database = await createTestDatabase();
    const other = await MovingCommand.for(database.url);
    const { summary } = await other.importFile(file);
    expect(summary).toMatchObject({ records: 4, imported: 4, refused: 0 });
    const again = await other.run('export', ['-']);
    expect(again.code).toBe(0);
    expect(again.output).toBe(await readFile(file, 'utf8'));

    const second = await Deployment.start({ redisUrl: null, databaseUrl: database.url });
    await second.accounts().login(member);
    await second.accounts().login({ email: moved, password: BCRYPT_PASSWORD });
    await second.admin();
    await second.stop();
    await database.drop();
  });

  it('is an event of the audit trail', async () => {
    const read = () =>
      sql(deployment.databaseUrl, `SELECT actor_id FROM audit_events WHERE action = 'accounts.exported'`);
    const before = await read();
    await command.run('export', ['-']);
    await expect(read()).resolves.toEqual([...before, { actor_id: null }]);
  });

  it('writes what was there at one moment', async () => {
    const database = await createTestDatabase();
    await sql(
      database.url,
      `INSERT INTO users (email, full_name, role) SELECT 'u' || n || '@example.org', 'U', 'student' FROM generate_series(1, 20000) AS n`,
    );
    const own = await MovingCommand.for(database.url);
    const file = join(own.folder, 'export.ndjson');
    const exporting = own.run('export', [file]);
    let [changes, isRunning] = [0, true];
    const ended = exporting.finally(() => (isRunning = false));
    for (; isRunning; changes++)
      await sql(
        database.url,
        `WITH gone AS (DELETE FROM users WHERE id IN (SELECT id FROM users ORDER BY random() LIMIT 10))
         INSERT INTO users (email, full_name, role) SELECT gen_random_uuid() || '@example.org', 'U', 'student' FROM generate_series(1, 10)`,
      );
    await ended;
    expect(changes).toBeGreaterThan(1);
    await expect(exporting).resolves.toMatchObject({ code: 0, errors: '20000 accounts\n' });
    expect(await linesOf(file)).toHaveLength(20_000);
    await database.drop();
  });

  it('leaves no file when it fails', async () => {
    const folder = join(command.folder, 'absent');
    const outcomes = await Promise.all([
      command.run('export', [join(folder, 'export.ndjson')]),
      command.run('export', ['-'], { DATABASE_URL: '' }),
      command.run('export', []),
      command.run('export', ['a', 'b']),
      command.run('export', ['-', '--all']),
    ]);
    expect(outcomes.map(({ code }) => code)).toEqual([1, 1, 2, 2, 2]);
    for (const { output, errors } of outcomes) {
      expect(output).toBe('');
      expect(errors).not.toMatch(/ {4}at /);
    }
    expect((await readdir(command.folder)).filter((name) => name.includes('.part'))).toEqual([]);
  });
});
