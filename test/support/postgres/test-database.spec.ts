import { Client } from 'pg';
import { MIGRATIONS } from '../../../src/database/migrations/index.js';
import { databaseUrl, sql } from './sql.js';
import { createEmptyDatabase, createTestDatabase } from './test-database.js';

describe('createEmptyDatabase', () => {
  it('gives each caller an empty database of its own and removes it, open connections or not', async () => {
    const [one, other] = await Promise.all([createEmptyDatabase(), createEmptyDatabase()]);
    expect(one.url).not.toBe(other.url);
    await sql(one.url, 'CREATE TABLE only_here (id int)');
    await expect(sql(other.url, 'SELECT * FROM only_here')).rejects.toThrow('does not exist');
    const client = new Client({ connectionString: one.url });
    client.on('error', () => undefined);
    await client.connect();
    await Promise.all([one.drop(), other.drop()]);
    const left = await sql(
      databaseUrl(one.url, 'postgres'),
      'SELECT 1 FROM pg_database WHERE datname = ANY($1)',
      [[one, other].map(({ url }) => new URL(url).pathname.slice(1))],
    );
    expect(left).toEqual([]);
  });
});

describe('createTestDatabase', () => {
  it('gives each caller a migrated database of its own', async () => {
    const database = await createTestDatabase();
    await expect(sql(database.url, 'SELECT name FROM migrations')).resolves.toHaveLength(MIGRATIONS.length);
    await expect(sql(database.url, 'SELECT id FROM users')).resolves.toEqual([]);
    await database.drop();
  });
});
