import { sql } from '../../support/postgres/sql.js';
import type { Expectations } from './expectations.js';
import { isAcknowledged, isRejected, type Operation } from './history.js';
import { endsAllOfUser } from './revocations.js';
import type { Violation } from './violation.js';

interface AuditLine {
  action: string;
  user_id: string;
  session_id: string | null;
}

const LINES = `
  SELECT action, user_id, session_id FROM audit_events WHERE user_id = ANY($1::uuid[]) ORDER BY id`;

/** What each change by the API writes, once per change. The line of a deactivation or an erasure stands for the ends of the sessions. */
const ACTIONS: Partial<Record<Operation['kind'], string>> = {
  login: 'session.opened',
  'set-role': 'user.role_changed',
  erase: 'user.erased',
};

/** A change of the password presents the old one; the link of a mail does not, and sets another one or none. */
function actionOf({ kind, password, sets }: Operation): string | undefined {
  if (kind !== 'set-password') return ACTIONS[kind];
  if (password !== undefined) return 'user.password_changed';
  return sets === '' ? 'user.password_removed' : 'user.password_reset';
}

/** The audit trail holds one line for each acknowledged change, and none for what nobody asked for. */
export async function checkAudit(
  databaseUrl: string,
  operations: readonly Operation[],
  expected: Expectations,
): Promise<Violation[]> {
  const userIds = [...new Set(operations.map(({ userId }) => userId))];
  const lines = await sql<AuditLine>(databaseUrl, LINES, [userIds]);
  return [
    ...checkCounts(operations, lines, expected),
    ...checkRepeatedRefreshes(operations, lines, expected),
    ...checkSessionEnds(operations, lines, expected),
  ];
}

/** As many lines as acknowledged changes; a change without an answer may have one. */
function checkCounts(
  operations: readonly Operation[],
  lines: readonly AuditLine[],
  { outcomes }: Expectations,
): Violation[] {
  const counts = countBy(lines, ({ action, user_id }) => `${action} ${user_id}`);
  const changes = groupBy(
    operations.filter((each) => actionOf(each) !== undefined),
    (each) => `${actionOf(each)!} ${each.userId}`,
  );
  const bySql = new Set(operations.filter(({ kind }) => kind === 'sql-set-role').map(({ userId }) => userId));
  return [...changes].flatMap(([key, own]): Violation[] => {
    const count = counts.get(key) ?? 0;
    const isKnown = own.every((each) => isRejected(each) || (isAcknowledged(each) && !outcomes.isLost(each)));
    const most = own.filter((each) => !isRejected(each)).length;
    const last = own.at(-1)!;
    // A change to the value that is there writes no line: what was set before is known only without other writers.
    const isExact = isKnown && !(last.kind === 'set-role' && bySql.has(last.userId));
    const detail = `${count} lines ${key}, ${most} changes`;
    if (isExact && count < most) return [{ rule: 'missing audit line', operation: last, detail }];
    return count > most ? [{ rule: 'unexplained audit line', operation: last, detail }] : [];
  });
}

/**
 * A refresh token is rotated once, and each further answer with its successor is a repetition with a line. A request without an
 * answer may have rotated the token, repeated it, or neither.
 */
function checkRepeatedRefreshes(
  operations: readonly Operation[],
  lines: readonly AuditLine[],
  { outcomes }: Expectations,
): Violation[] {
  const repeated = lines.filter(({ action }) => action === 'session.refresh_repeated');
  const counts = countBy(repeated, ({ user_id }) => user_id);
  const refreshes = groupBy(
    operations.filter(({ kind, exchange }) => kind === 'refresh' && exchange !== undefined),
    ({ userId }) => userId,
  );
  return [...refreshes].flatMap(([userId, own]): Violation[] => {
    const count = counts.get(userId) ?? 0;
    const tokens = [...groupBy(own, ({ exchange }) => exchange!.presented).values()];
    const repetitions = (isCounted: (operation: Operation) => boolean) =>
      tokens.reduce((sum, uses) => sum + Math.max(0, uses.filter(isCounted).length - 1), 0);
    const least = repetitions((each) => isAcknowledged(each) && !outcomes.isLost(each));
    const most = repetitions((each) => !isRejected(each));
    const found = {
      operation: own.at(-1)!,
      detail: `${count} lines of repeated refreshes, ${least} to ${most}`,
    };
    if (count < least) return [{ rule: 'missing audit line', ...found }];
    return count > most ? [{ rule: 'unexplained audit line', ...found }] : [];
  });
}

/** Each end of a session that was acknowledged to its one who asked has one line; no session has two. */
function checkSessionEnds(
  operations: readonly Operation[],
  lines: readonly AuditLine[],
  { outcomes, revocations }: Expectations,
): Violation[] {
  const ends = lines.filter(({ action }) => action === 'session.revoked');
  const counts = countBy(ends, ({ session_id }) => session_id ?? '');
  const bySql = new Set(
    operations.filter(({ kind }) => kind === 'sql-revoke').flatMap(({ ends: ids = [] }) => ids),
  );
  const deactivated = new Set(
    operations.filter(({ kind }) => kind === 'set-active' || kind === 'erase').map(({ userId }) => userId),
  );
  const endsOfEverybody = operations.filter((each) => each.kind === 'end-everybody' && !isRejected(each));
  /** What may have ended with everybody's sessions first has no line of its own. */
  const isExplained = ({ ends: ids = [], end }: Operation) =>
    endsOfEverybody.some(({ start }) => start < end && revocations.begunAt(ids[0]!) <= start);
  /** A session whose login was undone is not there to be ended with the others of its user. */
  const undone = new Set(
    operations.filter((each) => outcomes.isLost(each)).flatMap(({ opened = [] }) => opened),
  );
  const missing = operations
    .filter(({ kind }) => kind !== 'end-client')
    .filter(({ ends: ids, userId }) => ids?.length === 1 && !bySql.has(ids[0]!) && !deactivated.has(userId))
    .filter(
      (each) => outcomes.holdsFrom(each) < Infinity && !isExplained(each) && !undone.has(each.ends![0]!),
    )
    .filter((each) => (counts.get(each.ends![0]!) ?? 0) === 0);
  const unexplained = ends
    .filter(
      ({ session_id: id }) => id === null || counts.get(id)! > 1 || revocations.begunAt(id) === Infinity,
    )
    .filter((line) => counts.get(line.session_id ?? '')! > 1 || !isOfUnseenLogin(line, operations));
  return [
    ...missing.map((operation) => ({ rule: 'missing audit line' as const, operation })),
    ...unexplained.map(({ user_id: userId, session_id }) => ({
      rule: 'unexplained audit line' as const,
      detail: 'session.revoked',
      operation: lineAsOperation(userId, session_id),
    })),
  ];
}

/** A login without an answer may have opened a session that nobody knows; what ends all sessions of the user ends that one too. */
function isOfUnseenLogin({ user_id, session_id: id }: AuditLine, operations: readonly Operation[]): boolean {
  const own = operations.filter((each) => each.userId === user_id && !isRejected(each));
  const isKnown = operations.some((each) => id !== null && [each.opened, each.sessionId].includes(id));
  const hasUnseen = own.some((each) => each.kind === 'login' && !isAcknowledged(each));
  return id !== null && !isKnown && hasUnseen && own.some(endsAllOfUser);
}

const lineAsOperation = (userId: string, sessionId: string | null): Operation => ({
  kind: 'revoke',
  instance: -1,
  userId,
  ...(sessionId !== null && { sessionId }),
  start: 0,
  end: 0,
  status: 0,
});

const countBy = <T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> =>
  new Map([...groupBy(items, keyOf)].map(([key, own]) => [key, own.length]));

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const known = groups.get(keyOf(item));
    if (known) known.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
