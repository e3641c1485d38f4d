import { randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { sql } from '../support/sql.js';
import { signAccess, signRefresh } from './token-signer.js';

export interface TestSession {
  readonly id: string;
  readonly user: TestUser;
  readonly access: string;
  /** The refresh token to present next; `undefined` once an answer to it was lost. */
  refresh: string | undefined;
  /** A refresh token that was exchanged so long ago that presenting it is taken for theft. */
  stale?: string;
  /** Whoever exchanges the refresh token is alone with it. */
  isRefreshing?: boolean;
}

export interface TestUser {
  readonly id: string;
  readonly email: string;
  role: string;
  /** Whoever changes the account's role or activity is alone with it. */
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
  INSERT INTO sessions (id, user_id, refresh_jti, expires_at)
  SELECT id, user_id, jti, now() + interval '7 days'
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

/** Opens this many sessions for each of the users, straight in the database: a login costs 30 ms of argon2. */
export async function openSessions(
  databaseUrl: string,
  users: readonly TestUser[],
  countEach: number,
): Promise<TestSession[]> {
  const rows = users.flatMap((user) =>
    Array.from({ length: countEach }, () => ({ user, id: randomUUID(), jti: randomUUID() })),
  );
  const column = <T>(read: (row: (typeof rows)[number]) => T): T[] => rows.map(read);
  await sql(databaseUrl, INSERT_SESSIONS, [
    column(({ id }) => id),
    column(({ user }) => user.id),
    column(({ jti }) => jti),
  ]);
  return rows.map(({ id, user, jti }) => ({
    id,
    user,
    access: signAccess(user.id, id),
    refresh: signRefresh(user.id, id, jti),
  }));
}

function newUser(role: string): TestUser {
  const id = randomUUID();
  return { id, email: `user-${id}@example.org`, role, isBeingChanged: false };
}
