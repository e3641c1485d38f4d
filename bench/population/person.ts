import { createHash } from 'node:crypto';

/** A user of the benchmark. All of it follows from the number, so that SQL and this process agree without a list. */
export interface Person {
  readonly index: number;
  readonly id: string;
  readonly email: string;
  readonly fullName: string;
}

/** When every user of the benchmark was created, as the answers show it. */
export const CREATED_AT = '2026-01-01T00:00:00.000Z';
export const PASSWORD = 'correct horse battery';

export function person(index: number): Person {
  return {
    index,
    id: md5Uuid(`user${index}`),
    email: `user${index}@bench.example`,
    fullName: `Bench User ${index}`,
  };
}

/** The id of a session; SQL makes the same by `md5('session' || user || ':' || number)::uuid`. */
export function sessionId({ index }: Person, number: number): string {
  return md5Uuid(`session${index}:${number}`);
}

/** The `jti` of the session's first refresh token. */
export function refreshId({ index }: Person, number: number): string {
  return md5Uuid(`refresh${index}:${number}`);
}

/** What every measured route answers about the person, byte by byte. */
export function bodyOf({ id, email, fullName }: Person): string {
  return JSON.stringify({
    id,
    email,
    full_name: fullName,
    role: 'student',
    is_active: true,
    created_at: CREATED_AT,
    updated_at: CREATED_AT,
  });
}

export function md5Uuid(text: string): string {
  return createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
