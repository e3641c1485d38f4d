import { DataSource } from 'typeorm';
import { LeaveRolesToConfiguration1764000000026 as LeaveRoles } from '../../src/database/migrations/1764000000026-leave-roles-to-configuration.js';
import { migrate } from '../../src/database/migrate.js';
import { primaryOf } from '../support/postgres/primary-of.js';
import { sql } from '../support/postgres/sql.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';

const CHECK = `SELECT convalidated, pg_get_constraintdef(oid) AS check FROM pg_constraint WHERE conname = 'users_role_check'`;
const VIOLATED = { code: '23514', constraint: 'users_role_check' };

describe('the column of roles', () => {
  let database: TestDatabase;
  let source: DataSource;
  let accounts = 0;

  beforeEach(async () => {
    database = await createTestDatabase();
    source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  });
  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  const insert = (role: string) => {
    accounts += 1;
    const values = [`${accounts}@example.org`, role];
    return sql(
      database.url,
      `INSERT INTO users (email, password_hash, full_name, role) VALUES ($1, '-', 'A', $2)`,
      values,
    );
  };
  const roles = async () =>
    (await sql<{ role: string }>(database.url, 'SELECT role FROM users ORDER BY created_at')).map(
      ({ role }) => role,
    );
  const check = () => sql<{ convalidated: boolean; check: string }>(database.url, CHECK);
  const back = () => new LeaveRoles().down(source.createQueryRunner());
  const forth = async () => {
    await sql(database.url, `DELETE FROM migrations WHERE name = $1`, [LeaveRoles.name]);
    await migrate('test', primaryOf(database.url));
  };

  it('takes every name that can be configured, and no other', async () => {
    const names = ['student', 'admin', 'lecturer', 'a', '0', 'b_2-', 'x'.repeat(30)];
    for (const name of names) await insert(name);
    for (const name of ['', 'Admin', 'a b', 'a\n', 'é', 'x'.repeat(31), 'a,b'])
      await expect(insert(name)).rejects.toMatchObject(VIOLATED);
    await expect(roles()).resolves.toEqual(names);
  });

  it('has no role of its own for an account without one', async () => {
    const statement = `INSERT INTO users (email, password_hash, full_name) VALUES ('a@example.org', '-', 'A')`;
    await expect(sql(database.url, statement)).rejects.toMatchObject({ code: '23502' });
  });

  it('goes back to the three former roles and forth again, and keeps the accounts', async () => {
    for (const name of ['student', 'researcher', 'admin']) await insert(name);
    await back();
    await expect(insert('lecturer')).rejects.toMatchObject(VIOLATED);
    await sql(
      database.url,
      `INSERT INTO users (email, password_hash, full_name) VALUES ('b@example.org', '-', 'A')`,
    );
    await forth();
    await insert('lecturer');
    await expect(roles()).resolves.toEqual(['student', 'researcher', 'admin', 'student', 'lecturer']);
    await expect(check()).resolves.toEqual([
      { convalidated: true, check: expect.stringContaining('[a-z0-9_-]{1,30}') },
    ]);
  });

  it('goes back only when no account has another role, and changes nothing else', async () => {
    await insert('lecturer');
    const before = await check();
    await expect(back()).rejects.toThrow(/First give each account one of the roles/);
    await expect(check()).resolves.toEqual(before);
  });

  it('is finished by the next start when its migration was interrupted between its steps', async () => {
    await back();
    await sql(
      database.url,
      `ALTER TABLE users DROP CONSTRAINT users_role_check, ALTER COLUMN role DROP DEFAULT,
        ADD CONSTRAINT users_role_check CHECK (role ~ '^[a-z0-9_-]{1,30}$') NOT VALID`,
    );
    await expect(check()).resolves.toEqual([expect.objectContaining({ convalidated: false })]);
    await forth();
    await expect(check()).resolves.toEqual([expect.objectContaining({ convalidated: true })]);
  });
});
