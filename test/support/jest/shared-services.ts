import { pgBouncerPath } from '../postgres/pgbouncer.js';
import { PostgresServer } from '../postgres/postgres-server.js';
import { redisServerPath } from '../redis/redis-launch.js';

let postgres: PostgresServer | undefined;

/**
 * Prepares what all suites of a run share: a PostgreSQL server in `TEST_DATABASE_URL`, unless that names
 * one already, and the binaries of Redis, Valkey and PgBouncer, of which each suite starts its own. Suites run in processes
 * that inherit the environment. A second call does nothing.
 */
export async function startSharedServices(): Promise<void> {
  if (!process.env['TEST_REDIS_URL']) await redisServerPath();
  await redisServerPath('valkey-server');
  await pgBouncerPath();
  if (process.env['TEST_DATABASE_URL']) return;
  postgres = await PostgresServer.start();
  process.env['TEST_DATABASE_URL'] = postgres.url();
}

/** Ends what {@link startSharedServices} started. */
export async function stopSharedServices(): Promise<void> {
  if (!postgres) return;
  delete process.env['TEST_DATABASE_URL'];
  await postgres.stop();
  postgres = undefined;
}
