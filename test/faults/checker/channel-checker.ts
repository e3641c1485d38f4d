import { isLive } from '../../../src/database/live-session.js';
import { sql } from '../../support/postgres/sql.js';
import type { Expectations } from './expectations.js';
import type { Operation } from './history.js';
import type { LiveChannel, LiveChannels } from '../load/live-channels.js';
import type { Violation } from './violation.js';

/** The bound of a change by SQL, and time for the machine. */
const EVENT_TIMEOUT_MS = 4000;
const LIVE = `
  SELECT id FROM sessions WHERE id = ANY($1::uuid[]) AND ${isLive('sessions')}`;

/** `session.revoked` is sent only when the session has ended, and always while its channel is open. */
export async function checkChannels(
  databaseUrl: string,
  channels: LiveChannels,
  { revocations }: Expectations,
  { mayBeUndone }: { mayBeUndone: boolean },
): Promise<Violation[]> {
  const now = performance.now();
  const missed = await channels.closedFor((id) => revocations.refusedFrom(id) < now, EVENT_TIMEOUT_MS);
  const ended = channels.all.filter(({ revokedAt }) => revokedAt !== undefined);
  const early = ended.filter(({ session, revokedAt }) => revocations.begunAt(session.id) > revokedAt!);
  const undone = mayBeUndone ? [] : await stillLive(databaseUrl, ended);
  const wrong = new Set([...early, ...undone]);
  return [
    ...missed.map((channel) => violationOf('missed end event', channel)),
    ...[...wrong].map((channel) => violationOf('false end event', channel)),
  ];
}

async function stillLive(databaseUrl: string, channels: readonly LiveChannel[]): Promise<LiveChannel[]> {
  const ids = channels.map(({ session }) => session.id);
  const rows = await sql<{ id: string }>(databaseUrl, LIVE, [ids]);
  const live = new Set(rows.map(({ id }) => id));
  return channels.filter(({ session }) => live.has(session.id));
}

function violationOf(rule: Violation['rule'], channel: LiveChannel): Violation {
  const { session, instance, revokedAt, closeCode } = channel;
  const at = revokedAt ?? performance.now();
  const operation: Operation = {
    kind: 'me',
    instance,
    userId: session.user.id,
    sessionId: session.id,
    start: at,
    end: at,
    status: closeCode ?? 0,
  };
  return { rule, operation, detail: `live channel at instance ${instance}` };
}
