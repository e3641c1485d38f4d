import { randomBytes } from 'node:crypto';
import { databaseUrl, sql } from './sql.js';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';

export interface TestDatabase {
  url: string;
  /** Removes the database, ending the connections that are still open to it. */
  drop(): Promise<void>;
}

/**
 * Makes an empty database with a name of its own on the run's shared server (`TEST_DATABASE_URL`, set by
 * the global setup if it is not given).
 */
export async function createTestDatabase(server = sharedServerUrl()): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await sql(server, `CREATE DATABASE ${name}`);
  const database: TestDatabase = {
    url: databaseUrl(server, name),
    drop: async () => {
      forgetResource(database);
      await sql(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
  rememberResource(database, () => database.drop());
  return database;
}

function sharedServerUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (!url)
    throw new Error('TEST_DATABASE_URL is not set: run this suite in a jest project with a global setup');
  return url;
}
