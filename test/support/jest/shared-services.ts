import { pgBouncerPath } from '../postgres/pgbouncer.js';
import { PostgresServer } from '../postgres/postgres-server.js';
import { createTemplateDatabase } from '../postgres/template-database.js';
import type { TestDatabase } from '../postgres/test-database.js';
import { leaveToTeardown } from './suite-resources.js';
import { redisServerPath } from '../redis/redis-launch.js';

let postgres: PostgresServer | undefined;
let template: TestDatabase | undefined;

/**
 * Prepares what all suites of a run share: a PostgreSQL server in `TEST_DATABASE_URL`, unless that names
 * one already, the database of which suites use copies, and the binaries of Redis, Valkey and PgBouncer, of which each suite
 * starts its own. Suites run in processes that inherit the environment. A second call does nothing.
 */
export async function startSharedServices(): Promise<void> {
  if (template) return;
  if (!process.env['TEST_REDIS_URL']) await redisServerPath();
  await redisServerPath('valkey-server');
  await pgBouncerPath();
  if (!process.env['TEST_DATABASE_URL']) {
    postgres = await PostgresServer.start();
    process.env['TEST_DATABASE_URL'] = postgres.url();
  }
  template = await createTemplateDatabase(process.env['TEST_DATABASE_URL']);
  leaveToTeardown();
}

/** Ends what {@link startSharedServices} started. */
export async function stopSharedServices(): Promise<void> {
  await template?.drop();
  template = undefined;
  delete process.env['TEST_TEMPLATE_DATABASE'];
  if (!postgres) return;
  delete process.env['TEST_DATABASE_URL'];
  await postgres.stop();
  postgres = undefined;
}
