import pg from 'pg';
import { rememberResource } from '../support/jest/suite-resources.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { createTestRedis, type TestRedis } from '../support/redis/test-redis.js';
import { AppInProcess } from './app-in-process.js';

type Variables = Readonly<Record<string, string>>;

/** A database that the suite has from its first `beforeAll` on, and that is dropped at the suite's end. */
export function databaseOfSuite(): TestDatabase {
  const database = {} as TestDatabase;
  beforeAll(async () => void Object.assign(database, await createTestDatabase()));
  return database;
}

/** The same for a Redis. */
export function redisOfSuite(): TestRedis {
  const redis = {} as TestRedis;
  beforeAll(async () => void Object.assign(redis, await createTestRedis()));
  return redis;
}

/** An application that is started in a `beforeAll`, with variables that may need what earlier ones made, and stopped at the suite's end. */
export function appOfSuite(variables: () => Variables): AppInProcess {
  const app = new AppInProcess();
  beforeAll(() => app.open(variables()));
  return app;
}

/** An application on a database of its own. */
export function appSuite(variables: Variables = {}): { app: AppInProcess; database: TestDatabase } {
  const database = databaseOfSuite();
  return { app: appOfSuite(() => ({ DATABASE_URL: database.url, ...variables })), database };
}

/** An application on a database and a Redis of its own. */
export function redisAppSuite(variables: Variables = {}) {
  const [database, redis] = [databaseOfSuite(), redisOfSuite()];
  const env = () => ({ DATABASE_URL: database.url, REDIS_URL: redis.url, ...variables });
  return { app: appOfSuite(env), database, redis };
}

/** A connection for statements by hand, which ends at the suite's end. */
export async function connectedClient(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  rememberResource(client, () => client.end());
  return client;
}
