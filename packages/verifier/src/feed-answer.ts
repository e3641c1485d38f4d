import { IssuerError } from './issuer-error.js';
import { isNumber, isObject, isText, type JsonObject } from './json.js';

/** How many security event tokens one answer may have. */
export const MAX_EVENTS = 500;
export const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

/** RFC 8936 §2.4 with the extension members of the service. */
export interface FeedAnswer {
  readonly sets: readonly (readonly [jti: string, token: unknown])[];
  readonly moreAvailable: boolean;
  readonly cursor: string;
  /** A new sequence begins here: what was complete before says nothing any more. */
  readonly restarted: boolean;
  /** Names the history of the issuer's database: another one may lack what was delivered before. */
  readonly history: string;
  /** Every change that was committed after this time is delivered; seconds since 1970. */
  readonly coveredFrom: number;
  /** What the clock of the issuer's database showed when the log was read for this answer; seconds since 1970. */
  readonly readAt: number;
  /** How long after the request's arrival every committed change was delivered; milliseconds, may be negative. */
  readonly completeToMs: number;
}

/** @throws IssuerError when a member is missing or has a wrong type */
export function feedAnswerOf(body: JsonObject): FeedAnswer {
  const { sets, moreAvailable = false, cursor, restarted } = body;
  const { history, covered_from, read_at, complete_to_ms } = body;
  if (!isObject(sets)) throw unexpected('sets');
  const entries = Object.entries(sets);
  if (entries.length > MAX_EVENTS) throw unexpected('sets');
  if (typeof moreAvailable !== 'boolean') throw unexpected('moreAvailable');
  if (!isText(cursor)) throw unexpected('cursor');
  if (typeof restarted !== 'boolean') throw unexpected('restarted');
  if (!isText(history)) throw unexpected('history');
  if (!isNumber(covered_from)) throw unexpected('covered_from');
  if (!isNumber(read_at)) throw unexpected('read_at');
  if (!isNumber(complete_to_ms)) throw unexpected('complete_to_ms');
  return {
    sets: entries,
    moreAvailable,
    cursor,
    restarted,
    history,
    coveredFrom: covered_from,
    readAt: read_at,
    completeToMs: complete_to_ms,
  };
}

const unexpected = (name: string) => new IssuerError(`the feed answered without a usable ${name}`);
