import type { SessionRefreshed } from './invalidation.js';
import type { LoggedInvalidation } from './invalidation-log.js';

const KINDS = new Set<unknown>(['session.revoked', 'user.updated', 'user.deleted']);
const isText = (value: unknown): value is string => typeof value === 'string';
const isNumeral = (value: unknown): value is string => isText(value) && /^\d{1,20}$/.test(value);
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);

/**
 * Reads a notification. Whoever may connect to the database may send on the channel: what is no row is ignored, and what
 * only looks like one makes this instance ask PostgreSQL once more. The poll reads the true rows in any case.
 */
export function parseNotification(
  payload: string | undefined,
): LoggedInvalidation | SessionRefreshed | undefined {
  const told = parseObject(payload ?? '');
  if (isRow(told)) return told as unknown as LoggedInvalidation;
  const { kind, user_id, session_id } = told;
  const isRefresh = kind === 'session.refreshed' && isText(user_id) && isText(session_id);
  return isRefresh ? { kind, user_id, session_id } : undefined;
}

function isRow({ kind, id, xid, at, user_id, session_id, reason }: Record<string, unknown>): boolean {
  const isPlaced = isNumeral(id) && isNumeral(xid) && Number.isFinite(at);
  return isPlaced && KINDS.has(kind) && isText(user_id) && isTextOrNull(session_id) && isTextOrNull(reason);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}
