import { randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { sql } from '../../support/postgres/sql.js';
import type { TestClient } from './oauth-clients.js';
import { signAccess, signRefresh, TOKEN_LIFE_SECONDS } from './token-signer.js';
import { expiryOf } from './token-claims.js';

export interface TestSession {
  readonly id: string;
  readonly user: TestUser;
  /** The OAuth client that refreshes it; none for a login without one. */
  readonly client?: TestClient;
  readonly access: string;
  /** Monotonic milliseconds. */
  readonly accessExpiresAt: number;
  /** The refresh token to present next; `undefined` once an answer to it was lost for good. */
  refresh: string | undefined;
  /** The `Idempotency-Key` of an exchange without an answer, to be sent with the same token again. */
  retryKey?: string | undefined;
  /** A refresh token that was exchanged so long ago that presenting it is taken for theft. */
  stale?: string;
  /** Held by the operation that exchanges the refresh token. */
  isRefreshing?: boolean;
}

export interface TestUser {
  readonly id: string;
  readonly email: string;
  role: string;
  /** `undefined` once an answer to its change was lost. */
  password: string | undefined;
  /** Held by the operation that changes the account's role, activity or password. */
  isBeingChanged: boolean;
}

export const PASSWORD = 'a long and dull passphrase';
export const INITIAL_ROLE = 'student';
/** The parameters that the product uses: another hash would be renewed at the first login. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const passwordHash = hash(PASSWORD, PARAMETERS);

const INSERT_USERS = `
  INSERT INTO users (id, email, password_hash, full_name, role)
  SELECT id, 'user-' || id || '@example.org', $2, 'Fault Test', $3 FROM unnest($1::uuid[]) AS id`;
const INSERT_SESSIONS = `
  INSERT INTO sessions (id, user_id, refresh_jti, client_id, expires_at)
  SELECT id, user_id, jti, $4, now() + interval '7 days'
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS s (id, user_id, jti)`;

/** Writes accounts straight into the database; each has {@link PASSWORD}. */
export async function createUsers(
  databaseUrl: string,
  count: number,
  role = INITIAL_ROLE,
): Promise<TestUser[]> {
  const users = Array.from({ length: count }, () => newUser(role));
  await sql(databaseUrl, INSERT_USERS, [users.map(({ id }) => id), await passwordHash, role]);
  return users;
}

/**
 * Opens this many sessions for each of the users, straight in the database: a login costs 30 ms of argon2.
 * @param lifeSeconds of the access tokens
 * @param client that logged the users in; none by default
 */
export async function openSessions(
  databaseUrl: string,
  users: readonly TestUser[],
  countEach: number,
  lifeSeconds = TOKEN_LIFE_SECONDS,
  client?: TestClient,
): Promise<TestSession[]> {
  const rows = users.flatMap((user) =>
    Array.from({ length: countEach }, () => ({ user, id: randomUUID(), jti: randomUUID() })),
  );
  const column = <T>(read: (row: (typeof rows)[number]) => T): T[] => rows.map(read);
  await sql(databaseUrl, INSERT_SESSIONS, [
    column(({ id }) => id),
    column(({ user }) => user.id),
    column(({ jti }) => jti),
    client?.id ?? null,
  ]);
  return rows.map(({ id, user, jti }) => ({
    id,
    user,
    ...(client && { client }),
    ...signedAccess(user.id, id, lifeSeconds),
    refresh: signRefresh(user.id, id, jti),
  }));
}

function signedAccess(userId: string, sessionId: string, lifeSeconds: number) {
  const access = signAccess(userId, sessionId, lifeSeconds);
  return { access, accessExpiresAt: expiryOf(access) };
}

function newUser(role: string): TestUser {
  const id = randomUUID();
  return { id, email: `user-${id}@example.org`, role, password: PASSWORD, isBeingChanged: false };
}

/** Makes a change of an account that is the only one at the time; none while there is another. */
export async function aloneWith(
  user: TestUser | undefined,
  change: (user: TestUser) => Promise<void>,
): Promise<void> {
  if (!user || user.isBeingChanged) return;
  user.isBeingChanged = true;
  await change(user);
  user.isBeingChanged = false;
}
