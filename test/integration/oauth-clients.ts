import type { FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../../src/clients/client-authenticator.js';
import type { ClientScope } from '../../src/clients/client-scope.js';
import { OAuthError } from '../../src/http/oauth-error.js';
import { ProblemError } from '../../src/http/problem.error.js';
import { basic, type OAuthClient } from '../support/app/oauth-client.js';
import { SigningKeysFile } from '../support/feed/signing-keys-file.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres/test-database.js';
import { claimsOf, logIn, type Member, register } from './accounts.js';
import { type Answer, AppInProcess } from './app-in-process.js';

/** Two instances with a feed on one database, and an admin. */
export class TwoInstances {
  private constructor(
    readonly one: AppInProcess,
    readonly other: AppInProcess,
    readonly admin: Member,
    private readonly database: TestDatabase,
    private readonly keys: SigningKeysFile,
  ) {}

  static async start(): Promise<TwoInstances> {
    const database = await createTestDatabase();
    const keys = await SigningKeysFile.create();
    const env = { DATABASE_URL: database.url, SIGNING_KEYS_FILE: keys.path };
    const [one, other] = await Promise.all([AppInProcess.start(env), AppInProcess.start(env)]);
    return new TwoInstances(one, other, await registerAdmin(one), database, keys);
  }

  async stop(): Promise<void> {
    await Promise.all([this.one.stop(), this.other.stop()]);
    await this.database.drop();
    await this.keys.remove();
  }
}

/** A new account with a session, whose role is admin. */
export async function registerAdmin(app: AppInProcess): Promise<Member> {
  const member = await register(app);
  await app.query(`UPDATE users SET role = 'admin' WHERE id = $1`, [member.id]);
  return logIn(app, member);
}

/** A client that the admin registers by the API. */
export async function registerClient(
  app: AppInProcess,
  admin: Member,
  name = 'orders',
  scopes: readonly ClientScope[] = ['introspection', 'events', 'password'],
): Promise<OAuthClient> {
  const body = { name, scopes };
  const answer = await app.call('POST', '/api/v1/clients', { token: admin.token, body });
  expect(answer.status).toBe(201);
  return { id: String(answer.body['client_id']), secret: String(answer.body['client_secret']) };
}

/** Ends the client by the API. @returns the status */
export async function endClient(app: AppInProcess, { token }: Member, id: string): Promise<number> {
  return (await app.call('DELETE', `/api/v1/clients/${id}`, { token })).status;
}

/** What is recorded about the client, in order. */
export const auditOfClient = (app: AppInProcess, id: string) =>
  app.query(`SELECT action, actor_id FROM audit_events WHERE details->>'client_id' = $1 ORDER BY id`, [
    id,
  ]) as Promise<{ action: string; actor_id: string }[]>;

/** Sends a form to an OAuth route. */
export function send(
  app: AppInProcess,
  path: string,
  form: Readonly<Record<string, string>> | string,
  client?: OAuthClient,
  others: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded',
    ...others,
  };
  if (client !== undefined) headers['authorization'] = basic(client);
  return app.call('POST', path, { headers, body });
}

/** The status, and the error of RFC 6749 if it is one. */
export const outcomeOf = ({ status, body }: Answer): string =>
  status < 400 ? String(status) : `${status} ${String(body['error'])}`;

/** One more session of the account, opened by the client. */
export async function logInBy(
  app: AppInProcess,
  client: OAuthClient,
  { id, email, password }: Pick<Member, 'id' | 'email' | 'password'>,
): Promise<Member> {
  const form = { grant_type: 'password', username: email, password };
  const { status, body } = await send(app, '/oauth2/token', form, client);
  expect(status).toBe(200);
  const [token, refreshToken] = [String(body['access_token']), String(body['refresh_token'])];
  return { id, email, password, sessionId: claimsOf(token).sid, token, refreshToken };
}

/** What this instance says of the credentials: the client's name, or the error. */
export async function authenticate(
  app: AppInProcess,
  client: OAuthClient,
  ip = '203.0.113.7',
): Promise<string> {
  const headers = { authorization: basic(client) };
  const request = { headers, ip } as unknown as FastifyRequest;
  try {
    return (await app.get(ClientAuthenticator).authenticate(request)).name;
  } catch (error) {
    if (error instanceof OAuthError) return `${error.getStatus()} ${error.code}`;
    if (error instanceof ProblemError) return `${error.getStatus()} ${error.problem.code}`;
    throw error;
  }
}
