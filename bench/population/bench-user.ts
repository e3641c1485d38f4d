import { createHash } from 'node:crypto';

/** A user of the benchmark. Every field follows from the index, so SQL and this process compute the same values. */
export interface BenchUser {
  readonly index: number;
  readonly id: string;
  readonly email: string;
  readonly fullName: string;
}

/** A session of a user, which one connection of the load generator uses. */
export interface BenchSession {
  readonly user: BenchUser;
  readonly number: number;
  /** Number of the access token: each refresh issues the next one. Default 0. */
  readonly issue?: number;
}

/** The creation time of every user, as responses show it. */
export const CREATED_AT = '2026-01-01T00:00:00.000Z';
export const PASSWORD = 'correct horse battery';

export function benchUser(index: number): BenchUser {
  return {
    index,
    id: md5Uuid(`user${index}`),
    email: `user${index}@bench.example`,
    fullName: `Bench User ${index}`,
  };
}

/** The first session of each of the first users. */
export function firstSessions(count: number): BenchSession[] {
  return Array.from({ length: count }, (_, index) => ({ user: benchUser(index), number: 0 }));
}

/** SQL computes the same id with `md5('session' || user || ':' || number)::uuid`. */
export function sessionId({ user, number }: BenchSession): string {
  return md5Uuid(`session${user.index}:${number}`);
}

/** The `jti` of the session's first refresh token. */
export function refreshId({ user, number }: BenchSession): string {
  return md5Uuid(`refresh${user.index}:${number}`);
}

/** The response body of every measured route, byte by byte. */
export function expectedBody({ id, email, fullName }: BenchUser): string {
  return JSON.stringify({
    id,
    email,
    email_verified: false,
    full_name: fullName,
    role: 'student',
    is_active: true,
    locale: null,
    created_at: CREATED_AT,
    updated_at: CREATED_AT,
  });
}

function md5Uuid(text: string): string {
  return createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
