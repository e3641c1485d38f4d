import { randomUUID } from 'node:crypto';
import { HotStatements } from '../../src/database/hot-statements.js';
import { OneTimeTokens } from '../../src/one-time-tokens/one-time-tokens.service.js';
import { claimsOf, type Member } from './accounts.js';
import type { Answer, AppInProcess } from './app-in-process.js';

/** A request by somebody whose network and device can be looked for. */
export interface Origin {
  readonly ip: string;
  readonly userAgent: string;
}

/** The headers of a request from there, through one trusted proxy (`TRUSTED_PROXIES=1`). */
export const headersOf = ({ ip, userAgent }: Origin): Record<string, string> => ({
  'x-forwarded-for': ip,
  'user-agent': userAgent,
});

export const eraseMe = (
  app: AppInProcess,
  { token, password }: Pick<Member, 'token' | 'password'>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  app.call('DELETE', '/api/v1/users/me', { token, headers, body: { current_password: password } });

export const erase = (app: AppInProcess, { token }: Pick<Member, 'token'>, id: string): Promise<Answer> =>
  app.call('DELETE', `/api/v1/users/${id}`, { token });

/** A new account with a session, from an address of its own. */
export async function registerFrom(app: AppInProcess, origin: Origin, name = 'A'): Promise<Member> {
  const headers = headersOf(origin);
  const account = { email: `${randomUUID()}@example.org`, password: 'Test1234' };
  const body = { ...account, full_name: name };
  const registered = await app.call('POST', '/api/v1/auth/register', { body, headers });
  expect(registered.status).toBe(201);
  const { body: tokens } = await app.call('POST', '/api/v1/auth/login/json', { body: account, headers });
  const [token, refreshToken] = [String(tokens['access_token']), String(tokens['refresh_token'])];
  return {
    ...account,
    id: String(registered.body['id']),
    sessionId: claimsOf(token).sid,
    token,
    refreshToken,
  };
}

/** The token of the mail that takes the deletion back. */
export async function undoToken(app: AppInProcess, { id }: Pick<Member, 'id'>): Promise<string> {
  const [row] = (await app.query(
    `SELECT id FROM one_time_tokens WHERE user_id = $1 AND purpose = 'undo_deletion'`,
    [id],
  )) as { id: string }[];
  const found = await app
    .get(HotStatements)
    .transaction(({ run }) => app.get(OneTimeTokens).findWithin(run, 'undo_deletion', row?.id ?? ''));
  if (found === undefined) throw new TypeError('the account has no token that takes its deletion back');
  return found.token;
}

/** The events of the trail that name the account, oldest first. */
export const eventsOf = (app: AppInProcess, id: string): Promise<Record<string, unknown>[]> =>
  app.query(
    `SELECT action, user_id, actor_id, ip, user_agent, request_id, details FROM audit_events
     WHERE user_id = $1 OR actor_id = $1 ORDER BY id`,
    [id],
  ) as Promise<Record<string, unknown>[]>;
