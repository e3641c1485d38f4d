import { sql } from '../../support/postgres/sql.js';
import { waitFor } from '../../support/wait-for.js';
import type { Deployment } from '../deployment/deployment.js';
import { createUsers, openSessions, type TestSession } from '../load/population.js';

/** The shortest life of an access token that can be configured, and a margin. */
const OLD_MS = 62_000;
const COUNT = 5;
/** Without triggers nothing is logged, so that only the age of the entry can help. */
const PROMOTE_UNLOGGED = `
  DO $$ BEGIN
    PERFORM set_config('session_replication_role', 'replica', true);
    UPDATE users SET role = 'researcher' WHERE id IN (SELECT user_id FROM sessions WHERE id IN ($IDS));
  END $$`;

/** Entries in Redis that are wrong and never expire there. */
export interface OldEntries {
  readonly sessions: readonly TestSession[];
  readonly readAt: number;
}

/** Lets an instance fill entries, makes them stay, and changes the users without any invalidation. */
export async function leaveEntries({ database, instances, redis }: Deployment): Promise<OldEntries> {
  const sessions = await openSessions(database.url, await createUsers(database.url, COUNT), 1);
  for (const session of sessions) {
    const key = `user:${session.user.id}`;
    const isKept = async () => {
      await instances[0]!.client.get('/api/v1/users/me', { token: session.access });
      return (await redis.cli('PERSIST', key)) === 1;
    };
    await waitFor(isKept, { what: `an entry ${key}` });
  }
  const readAt = performance.now();
  const ids = sessions.map(({ id }) => `'${id}'`).join(', ');
  await sql(database.url, PROMOTE_UNLOGGED.replace('$IDS', ids));
  return { sessions, readAt };
}

/** Waits until the entries are as old as an access token can be, and expects PostgreSQL's answer instead of theirs. */
export async function expectOldEntriesUnused(
  { instances, redis }: Deployment,
  { sessions, readAt }: OldEntries,
): Promise<void> {
  await waitFor(() => performance.now() - readAt > OLD_MS, {
    what: 'the entries to be old',
    timeoutMs: OLD_MS,
    intervalMs: 100,
  });
  for (const { user, access: token } of sessions) {
    expect(String(await redis.cli('GET', `user:${user.id}`))).toContain('student');
    for (const { client } of instances) {
      const { body } = await client.get<{ role: string }>('/api/v1/users/me', { token });
      expect(body.role).toBe('researcher');
    }
  }
}
