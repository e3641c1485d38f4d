import type { FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../../src/clients/client-authenticator.js';
import { OAuthError } from '../../src/http/oauth-error.js';
import { type Member, logIn, register } from './accounts.js';
import type { AppInProcess } from './app-in-process.js';

export interface TestClient {
  id: string;
  secret: string;
}

/** A new account with a session, whose role is admin. */
export async function registerAdmin(app: AppInProcess): Promise<Member> {
  const member = await register(app);
  await app.query(`UPDATE users SET role = 'admin' WHERE id = $1`, [member.id]);
  return logIn(app, member);
}

/** A client that the admin registers by the API. */
export async function registerClient(app: AppInProcess, admin: Member, name = 'orders'): Promise<TestClient> {
  const answer = await app.call('POST', '/api/v1/clients', { token: admin.token, body: { name } });
  expect(answer.status).toBe(201);
  return { id: String(answer.body['client_id']), secret: String(answer.body['client_secret']) };
}

/** The `Authorization` header of HTTP Basic. */
export const basic = ({ id, secret }: TestClient): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

/** What this instance says of the credentials: the client's name, or the error. */
export async function authenticate(app: AppInProcess, client: TestClient): Promise<string> {
  const headers = { authorization: basic(client) };
  const request = { headers, ip: '203.0.113.7' } as unknown as FastifyRequest;
  try {
    return (await app.get(ClientAuthenticator).authenticate(request)).name;
  } catch (error) {
    if (error instanceof OAuthError) return `${error.getStatus()} ${error.code}`;
    throw error;
  }
}
