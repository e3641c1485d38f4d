import { randomUUID } from 'node:crypto';
import { hashSecret, newSecret } from '../../../src/clients/client-secret.js';
import { basic, type OAuthClient } from '../../support/app/oauth-client.js';
import { sql } from '../../support/postgres/sql.js';

export { basic };
export type TestClient = OAuthClient;

const INSERT_CLIENTS = `
  INSERT INTO oauth_clients (id, name, secret_hash)
  SELECT id, 'Fault Test', secret_hash FROM unnest($1::uuid[], $2::bytea[]) AS c (id, secret_hash)`;

/** Registers OAuth clients straight in the database. */
export async function createClients(databaseUrl: string, count: number): Promise<TestClient[]> {
  const clients = Array.from({ length: count }, () => ({ id: randomUUID(), secret: newSecret() }));
  await sql(databaseUrl, INSERT_CLIENTS, [
    clients.map(({ id }) => id),
    clients.map(({ secret }) => hashSecret(secret)),
  ]);
  return clients;
}
