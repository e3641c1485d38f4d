import type { PostgresDump } from '../../support/postgres/postgres-dump.js';
import { PostgresServer } from '../../support/postgres/postgres-server.js';
import { AppDatabase } from './app-database.js';

/** A new cluster with the database of a dump. */
export async function copyDatabase(dump: PostgresDump): Promise<PostgresServer> {
  const server = await PostgresServer.start({ durability: 'process' });
  const { url } = await AppDatabase.create(server);
  await dump.restore(url);
  return server;
}
