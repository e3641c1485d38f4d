import { randomBytes } from 'node:crypto';
import { databaseUrl, sql } from './sql.js';
import { forgetResource, rememberResource } from '../jest/suite-resources.js';

export interface TestDatabase {
  url: string;
  /** Removes the database, ending the connections that are still open to it. */
  drop(): Promise<void>;
}

/**
 * Makes a database with a name of its own on the run's shared server (`TEST_DATABASE_URL`, set by the global setup if it is
 * not given), with all migrations applied: a copy of the run's template takes less time than the migrations.
 */
export function createTestDatabase(): Promise<TestDatabase> {
  return create(givenBySetup('TEST_DATABASE_URL'), givenBySetup('TEST_TEMPLATE_DATABASE'));
}

/** The same without any table, also on another server. */
export function createEmptyDatabase(server = givenBySetup('TEST_DATABASE_URL')): Promise<TestDatabase> {
  return create(server, 'template1');
}

async function create(server: string, template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await sql(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
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

function givenBySetup(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: run this suite in a jest project with a global setup`);
  return value;
}
