import type { SessionEvent } from './change-feed.js';

/** Notified with content: what happened to a session and changes no verdict. */
export const SESSION_CHANNEL = 'ergodrive_session_events';

const KINDS = new Set<unknown>([
  'session.refreshed',
  'session.refresh_repeated',
  'session.opened',
  'session.named',
]);

/** Reads a notification. Any role that may connect can send one; what is not such an event is ignored. */
export function parseSessionEvent(payload: string): SessionEvent | undefined {
  const { kind, user_id, session_id } = parseObject(payload);
  if (!KINDS.has(kind) || typeof user_id !== 'string' || typeof session_id !== 'string') return undefined;
  return { kind: kind as SessionEvent['kind'], user_id, session_id };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}
