import { randomUUID } from 'node:crypto';
import { CACHE_STORE, type CacheStore } from '../../src/cache/cache-store.js';
import { SessionVerdictService } from '../../src/sessions/session-verdict.service.js';
import type { AccessClaims } from '../../src/sessions/verdict.js';
import { Standing } from '../../src/standing/standing.js';
import { waitFor } from '../support/wait-for.js';
import type { Answer, AppInProcess } from './app-in-process.js';

export interface Member {
  id: string;
  email: string;
  password: string;
  sessionId: string;
  token: string;
  refreshToken: string;
}

type Headers = Readonly<Record<string, string>>;

/** A new account with a session. @param headers of both requests */
export async function register(app: AppInProcess, headers: Headers = {}, name = 'A'): Promise<Member> {
  const account = { email: `${randomUUID()}@example.org`, password: 'Test1234' };
  const body = { ...account, full_name: name };
  const registered = await app.call('POST', '/api/v1/auth/register', { body, headers });
  expect(registered.status).toBe(201);
  return logIn(app, { ...account, id: String(registered.body['id']) }, headers);
}

/** The same, with an entry in the cache. */
export async function registerCached(app: AppInProcess): Promise<Member> {
  const member = await register(app);
  const hasEntry = async () =>
    (await getMe(app, member)) === '200' && (await entryOf(app, member)) !== undefined;
  await waitFor(hasEntry, { what: 'the entry' });
  return member;
}

/**
 * The entry of the account in the store of this instance. Redis gives none to an instance that has not read the log for a second; whether it
 * has one, Redis itself says.
 */
export const entryOf = (app: AppInProcess, { id }: Pick<Member, 'id'>): Promise<unknown> =>
  app.get<CacheStore>(CACHE_STORE).get(`user:${id}`, app.get(Standing).permit());

/** One more session of an account. */
export async function logIn(
  app: AppInProcess,
  { id, email, password }: Pick<Member, 'id' | 'email' | 'password'>,
  headers: Headers = {},
): Promise<Member> {
  const account = { email, password };
  const { status, body } = await app.call('POST', '/api/v1/auth/login/json', { body: account, headers });
  expect({ status, body }).toMatchObject({ status: 200 });
  const [token, refreshToken] = [String(body['access_token']), String(body['refresh_token'])];
  const { sid } = claimsOf(token);
  return { id, email, password, sessionId: sid, token, refreshToken };
}

/** The answer has the status, and in its body at least what is given. */
export async function expectAnswer(
  answer: Promise<Answer>,
  status: number,
  body: object = {},
): Promise<void> {
  await expect(answer).resolves.toMatchObject({ status, body });
}

/** What the account's owner gets to see: the status, and the problem's code if it is one. */
export async function getMe(app: AppInProcess, { token }: Pick<Member, 'token'>): Promise<string> {
  const { status, body } = await app.call('GET', '/api/v1/users/me', { token });
  return status === 200 ? '200' : `${status} ${String(body['code'])}`;
}

/** What this instance says of an access token: the role it acts with, or `revoked`. */
export async function verdictOf(app: AppInProcess, { token }: Pick<Member, 'token'>): Promise<string> {
  const verdict = await app.get(SessionVerdictService).judge(claimsOf(token));
  return verdict.outcome === 'accepted' ? verdict.principal.role : verdict.outcome;
}

/** What a token says, unverified. */
export function claimsOf(token: string): AccessClaims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as AccessClaims;
}
