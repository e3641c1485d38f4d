import { randomUUID } from 'node:crypto';
import argon2 from '@node-rs/argon2';
import { sql } from '../support/postgres/sql.js';
import { beforeSuite } from './support/before-suite.js';
import { ndjson } from './support/moving-command.js';
import { BCRYPT, BCRYPT_PASSWORD, MovingSuite } from './support/moving-suite.js';

const newAddress = (): string => `${randomUUID()}@example.org`;

describe('the import of accounts', () => {
  const suite = beforeSuite(() => MovingSuite.start());
  const deployment = beforeSuite(() => suite.deployment);
  const command = beforeSuite(() => suite.command);

  it('keeps what NDJSON says of an account', async () => {
    const [id, email] = [randomUUID(), newAddress()];
    const { code, summary, report } = await command.importText(
      'accounts.ndjson',
      ndjson({
        id: id.toUpperCase(),
        email: ` ${email.toUpperCase()} `,
        email_verified: true,
        full_name: 'Ada Lovelace',
        role: 'researcher',
        is_active: true,
        password_hash: BCRYPT,
        locale: 'de-at',
        created_at: '2019-05-06T07:08:09.123+02:00',
      }),
    );
    expect({ code, summary, report }).toEqual({
      code: 0,
      summary: expect.objectContaining({
        format: 'ndjson',
        records: 1,
        imported: 1,
        refused: 0,
        dry_run: false,
      }),
      report: [],
    });
    expect(await suite.accountOf(email)).toMatchObject({
      id,
      email,
      email_verified: true,
      full_name: 'Ada Lovelace',
      role: 'researcher',
      is_active: true,
      password_hash: BCRYPT,
      locale: 'de-AT',
      created_at: new Date('2019-05-06T05:08:09.123Z'),
    });
    await suite.expectLogin(email, BCRYPT_PASSWORD);
  });

  it('gives what a line does not say', async () => {
    const email = newAddress();
    await command.importText('accounts.ndjson', ndjson({ email }));
    expect(await suite.accountOf(email)).toMatchObject({
      email_verified: false,
      full_name: email.split('@')[0],
      role: 'student',
      is_active: true,
      password_hash: null,
    });
    expect((await suite.tryLogin(email, '')).status).not.toBe(200);
  });

  it('takes CSV, whose fields are texts and no formulas', async () => {
    const email = newAddress();
    const name = '=HYPERLINK("https://evil.example")';
    const text = `\ufeffemail,full_name,is_active,password_hash\r\n${email},"${name.replaceAll('"', '""')}",f,${BCRYPT}\r\n`;
    const { summary } = await command.importText('accounts.csv', text);
    expect(summary).toMatchObject({ format: 'csv', imported: 1 });
    expect(await suite.accountOf(email)).toMatchObject({ full_name: name, is_active: false });
    const { status, body } = await suite.tryLogin(email, BCRYPT_PASSWORD);
    expect({ status, body }).toMatchObject({ status: 403, body: { code: 'user_inactive' } });
  });

  it('gives the roles of the source that --role-map maps, and refuses others by line', async () => {
    const emails = [newAddress(), newAddress(), newAddress()];
    const roles = ['teacher', 'legacy', 'boss'];
    const lines = ndjson(...emails.map((email, index) => ({ email, role: roles[index] })));
    const map = await command.write('roles.txt', '# of the old system\nteacher=researcher\n\nlegacy=\n');
    const { summary, report } = await command.importText('accounts.ndjson', lines, '--role-map', map);
    expect(summary).toMatchObject({ imported: 2, refused: 1 });
    expect(report).toMatchObject([{ line: 3, code: 'unknown_role' }]);
    expect((await suite.accountOf(emails[0]!))?.role).toBe('researcher');
    expect((await suite.accountOf(emails[1]!))?.role).toBe('student');
  });

  it('leaves accounts that exist as they are, and refuses what contradicts them', async () => {
    const member = await deployment.accounts().register();
    const before = await suite.accountOf(member.email);
    const other = newAddress();
    const { summary, report } = await command.importText(
      'accounts.ndjson',
      ndjson(
        { email: member.email, full_name: 'Mallory', role: 'admin', password_hash: BCRYPT },
        { id: randomUUID(), email: member.email.toUpperCase() },
        { email: other },
        { email: ` ${other}` },
        { id: member.id, email: newAddress() },
      ),
    );
    expect(summary).toMatchObject({ records: 5, imported: 1, already_there: 1, refused: 3 });
    expect(report).toMatchObject([
      { line: 2, code: 'duplicate_in_file' },
      { line: 4, code: 'duplicate_in_file' },
      { line: 5, code: 'id_taken' },
    ]);
    const taken = await command.importText(
      'accounts.ndjson',
      ndjson({ id: randomUUID(), email: member.email }),
    );
    expect(taken.report).toMatchObject([{ line: 1, code: 'email_taken' }]);
    expect(await suite.accountOf(member.email)).toEqual(before);
  });

  it('keeps an address for the account that may take it back', async () => {
    const [member, former] = [await deployment.accounts().register(), newAddress()];
    await sql(
      deployment.databaseUrl,
      `INSERT INTO one_time_tokens (id, purpose, digest, user_id, address, data, created_at, expires_at)
       VALUES (gen_random_uuid(), 'undo_email_change', sha256('a'), $1, $2, '{}', now(), now() + interval '1 day')`,
      [member.id, former],
    );
    const lines = ndjson({ email: former }, { email: newAddress() });
    for (const options of [['--dry-run'], []]) {
      const { summary, report } = await command.importText('accounts.ndjson', lines, ...options);
      expect(summary).toMatchObject({ imported: 1, refused: 1 });
      expect(report).toMatchObject([{ line: 1, code: 'address_reserved' }]);
    }
  });

  it('writes nothing in a dry run', async () => {
    const email = newAddress();
    const lines = ndjson({ email, password_hash: BCRYPT }, { email: 'no' });
    const dry = await command.importText('accounts.ndjson', lines, '--dry-run');
    expect(dry).toMatchObject({ code: 1, summary: { dry_run: true, imported: 1, refused: 1 } });
    expect(await suite.accountOf(email)).toBeUndefined();
  });

  it('takes over with --update what changed in the source, until the account is used here', async () => {
    const emails = [newAddress(), newAddress()];
    const [used, unused] = emails as [string, string];
    await command.importText(
      'accounts.ndjson',
      ndjson(...emails.map((email) => ({ email, password_hash: BCRYPT }))),
    );
    await suite.expectLogin(used, BCRYPT_PASSWORD);
    const changed = await argon2.hash('a new horse', { memoryCost: 1024 });
    const later = emails.map((email) => ({
      email,
      role: 'researcher',
      is_active: false,
      password_hash: changed,
    }));
    const { summary } = await command.importText('accounts.ndjson', ndjson(...later), '--update');
    expect(summary).toMatchObject({ updated: 1, already_there: 1 });
    expect(await suite.accountOf(used)).toMatchObject({ role: 'student', is_active: true });
    const account = await suite.accountOf(unused);
    expect(account).toMatchObject({ role: 'researcher', is_active: false, password_hash: changed });
    const trail = await sql<{ action: string; details: object }>(
      deployment.databaseUrl,
      'SELECT action, details FROM audit_events WHERE user_id = $1 ORDER BY action',
      [account?.id],
    );
    expect(trail).toEqual([
      { action: 'user.deactivated', details: {} },
      { action: 'user.role_changed', details: { from: 'student', to: 'researcher' } },
    ]);
    const again = await command.importText('accounts.ndjson', ndjson(...later), '--update');
    expect(again.summary).toMatchObject({ updated: 0, already_there: 2 });
  });

  it('changes no admin with --update', async () => {
    const email = newAddress();
    await command.importText('accounts.ndjson', ndjson({ email, role: 'admin', password_hash: BCRYPT }));
    const { summary } = await command.importText(
      'accounts.ndjson',
      ndjson({ email, role: 'student', is_active: false }),
      '--update',
    );
    expect(summary).toMatchObject({ updated: 0, already_there: 1 });
    expect(await suite.accountOf(email)).toMatchObject({ role: 'admin', is_active: true });
  });

  it('notes each run in the audit trail, with the digest of its file', async () => {
    const { summary } = await command.importText(
      'accounts.ndjson',
      ndjson({ email: newAddress() }, { email: 'no' }),
    );
    expect(summary).toMatchObject({ imported: 1, refused: 1 });
    const [finished, started] = await sql<{
      action: string;
      actor_id: null;
      details: Record<string, string>;
    }>(
      deployment.databaseUrl,
      `SELECT action, actor_id, details FROM audit_events WHERE action LIKE 'accounts.import%' ORDER BY id DESC LIMIT 2`,
    );
    expect(started).toMatchObject({ action: 'accounts.import_started', actor_id: null });
    expect(finished).toMatchObject({
      action: 'accounts.import_finished',
      details: {
        format: 'ndjson',
        imported: '1',
        refused: '1',
        file_sha256: started?.details['file_sha256'],
      },
    });
    const admin = await deployment.admin();
    const { status } = await admin.get('/api/v1/audit?action=accounts.import_finished');
    expect(status).toBe(200);
  });
});
