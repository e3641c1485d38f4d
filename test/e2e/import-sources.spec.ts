import { randomUUID, scryptSync } from 'node:crypto';
import { resolve } from 'node:path';
import { beforeSuite } from './support/before-suite.js';
import { ndjson } from './support/moving-command.js';
import { BCRYPT, BCRYPT_PASSWORD, MovingSuite } from './support/moving-suite.js';

const FIXTURES = resolve('test/fixtures/moving');

const newAddress = (): string => `${randomUUID()}@example.org`;

describe('the import of what another system exports', () => {
  const suite = beforeSuite(() => MovingSuite.start());
  const command = beforeSuite(() => suite.command);

  it('takes realm exports of Keycloak', async () => {
    const realm = await command.importFile(`${FIXTURES}/keycloak-realm.json`, '--format', 'keycloak');
    expect(realm.summary).toMatchObject({ records: 2, imported: 1, refused: 1 });
    expect(realm.report).toEqual([
      { line: 63, record: 2, code: 'email_missing', message: expect.any(String) },
    ]);
    expect(await suite.accountOf('peter@example.com')).toMatchObject({
      id: 'cfb55bf6-fcbb-4a1e-bfec-30c6649b52f8',
      full_name: 'Peter Cold',
      email_verified: true,
      created_at: new Date(1733664394353),
    });
    await suite.expectLogin('peter@example.com', 'iceberg');
    const realms = await command.importFile(`${FIXTURES}/keycloak-realms.json`, '--format', 'keycloak');
    expect(realms.summary).toMatchObject({ records: 3, imported: 1, refused: 2 });
    await suite.expectLogin('offline-test-user@example.org', 'password2');
  });

  it('takes the users of Firebase', async () => {
    const options = ['--format', 'firebase', '--firebase-hash-config'];
    const { summary } = await command.importFile(
      `${FIXTURES}/firebase-users.json`,
      ...options,
      `${FIXTURES}/firebase-hash-config.txt`,
    );
    expect(summary).toMatchObject({ records: 2, imported: 2, without_password: 1 });
    await suite.expectLogin('user1@example.com', 'user1password');
    expect(await suite.accountOf('disabled@example.com')).toMatchObject({
      is_active: false,
      password_hash: null,
    });
  });

  it('takes the users of better-auth, and gives each the same id again', async () => {
    const [email, salt] = [newAddress(), 'ab12'.repeat(8)];
    const key = scryptSync('Zo\u00eb 1234', salt, 64, { N: 16_384, r: 16, p: 1, maxmem: 2 ** 26 }).toString(
      'hex',
    );
    const row = {
      id: 'Kx2mW9yQpZ',
      name: 'Ada',
      email,
      emailVerified: true,
      createdAt: '2024-01-01T00:00:00.000Z',
      banned: false,
    };
    const file = await command.write('users.json', ndjson({ ...row, password: `${salt}:${key}` }));
    const first = await command.importFile(file, '--format', 'better-auth');
    expect(first.summary).toMatchObject({ imported: 1 });
    const again = await command.importFile(file, '--format', 'better-auth');
    expect(again.summary).toMatchObject({ imported: 0, already_there: 1, refused: 0 });
    await suite.expectLogin(email, 'Zo\u00eb 1234');
  });

  it('takes the table of Supabase, without those that are deleted', async () => {
    const [email, banned, gone] = [newAddress(), newAddress(), newAddress()];
    const head =
      'instance_id,id,aud,role,email,encrypted_password,email_confirmed_at,raw_user_meta_data,created_at,banned_until,deleted_at';
    const row = (address: string, bannedUntil: string, deleted: string) =>
      `0,${randomUUID()},authenticated,authenticated,${address},${BCRYPT},2024-01-01 00:00:00+00,"{""full_name"": ""Ada L""}",2023-01-01 00:00:00.5+00,${bannedUntil},${deleted}`;
    const rows = [
      row(email, '2020-01-01 00:00:00+00', ''),
      row(banned, '2999-01-01 00:00:00+00', ''),
      row(gone, '', '2024-02-02 00:00:00+00'),
    ];
    const { summary, report } = await command.importText(
      'users.csv',
      [head, ...rows, ''].join('\n'),
      '--format',
      'supabase',
    );
    expect(summary).toMatchObject({ imported: 2, refused: 1 });
    expect(report).toMatchObject([{ line: 4, code: 'deleted_in_source' }]);
    expect(await suite.accountOf(email)).toMatchObject({
      full_name: 'Ada L',
      email_verified: true,
      role: 'student',
    });
    expect(await suite.accountOf(banned)).toMatchObject({ is_active: false });
    expect(await suite.accountOf(gone)).toBeUndefined();
    await suite.expectLogin(email, BCRYPT_PASSWORD);
  });

  it('takes the hashes of Auth0, and finds the account by the id of its other export', async () => {
    const email = newAddress();
    const hashes = {
      _id: { $oid: '60425dc43519d90068f82973' },
      email_verified: true,
      email,
      passwordHash: BCRYPT,
      connection: 'Username-Password-Authentication',
    };
    await command.importText('hashes.json', ndjson(hashes), '--format', 'auth0');
    const users = {
      user_id: 'auth0|60425dc43519d90068f82973',
      email,
      email_verified: true,
      name: 'Ada Lovelace',
    };
    const { summary } = await command.importText(
      'users.json',
      ndjson(users),
      '--format',
      'auth0',
      '--update',
    );
    expect(summary).toMatchObject({ updated: 1, already_there: 0 });
    expect(await suite.accountOf(email)).toMatchObject({ full_name: 'Ada Lovelace', password_hash: BCRYPT });
    await suite.expectLogin(email, BCRYPT_PASSWORD);
  });
});
