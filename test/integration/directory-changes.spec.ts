import { randomUUID } from 'node:crypto';
import { sql } from '../support/postgres/sql.js';
import { databaseOfSuite } from './app-suite.js';

/** What receivers of the events of users are told: each name of a member, and no value of it. */
describe('a row of the invalidation log', () => {
  const database = databaseOfSuite();

  it.each([
    ['the name', `full_name = 'B'`, ['full_name']],
    ['the address', `email = email || '.example'`, ['email']],
    ['the role and the activity', `role = 'admin', is_active = false`, ['role', 'is_active']],
    ['the password', `password_hash = 'y'`, []],
    ['the language', `locale = 'de'`, []],
  ])('about a change of %s says which members of user_directory changed', async (_, assignment, changed) => {
    const id = randomUUID();
    const account = `INSERT INTO users (id, email, password_hash, full_name, role) VALUES ($1, $2, 'x', 'A', 'student')`;
    await sql(database.url, account, [id, `${id}@example.org`]);
    await sql(database.url, `UPDATE users SET ${assignment} WHERE id = $1`, [id]);
    const logged = `SELECT changed FROM invalidations WHERE user_id = $1 AND reason IS DISTINCT FROM 'user_created'`;
    await expect(sql(database.url, logged, [id])).resolves.toEqual([{ changed }]);
  });
});
