import { HttpException } from '@nestjs/common';
import { decodeCursor, type FeedCursor } from './feed-cursor.js';

const DEFAULT_EVENTS = 1000;
const MAX_EVENTS = 1000;
const MAX_ACKNOWLEDGED = 5000;
const MAX_JTI_LENGTH = 100;
const DEFAULT_WAIT_MS = 10_000;
const MAX_WAIT_MS = 30_000;
/** Where a receiver begins that brings no position. */
const ANEW = '';

/** What a receiver asks for (RFC 8936 §2.4, and members of this service). */
export interface PollRequest {
  readonly maxEvents: number;
  /** How long an empty answer may be held back. */
  readonly waitMs: number;
  /** Identifiers of SETs that the receiver has stored, or reports as wrong. */
  readonly acknowledged: readonly string[];
  /** Of `acknowledged`, those reported as wrong. */
  readonly errorCount: number;
  /** `anew`: the receiver keeps its cursor itself and has none yet. `undefined`: its position is stored here. */
  readonly cursor: FeedCursor | 'anew' | undefined;
}

/** The answer 400 of RFC 8936 §2.6. */
export class PollRequestError extends HttpException {
  override readonly name = 'PollRequestError';

  constructor(readonly description: string) {
    super(description, 400);
  }
}

/** @param body anything that JSON can be @throws PollRequestError naming the member and the rule, never the value */
export function parsePollRequest(body: unknown): PollRequest {
  if (!isObject(body)) throw new PollRequestError('The body must be a JSON object');
  const { maxEvents, returnImmediately = false, ack = [], setErrs = {}, cursor, waitMs } = body;
  if (typeof returnImmediately !== 'boolean')
    throw new PollRequestError('returnImmediately must be true or false');
  if (!isObject(setErrs)) throw new PollRequestError('setErrs must be an object');
  const errors = identifiers(Object.keys(setErrs), 'setErrs');
  const hold = wholeNumber(waitMs, 'waitMs', MAX_WAIT_MS, DEFAULT_WAIT_MS);
  return {
    maxEvents: Math.min(MAX_EVENTS, wholeNumber(maxEvents, 'maxEvents', Infinity, DEFAULT_EVENTS)),
    waitMs: returnImmediately ? 0 : hold,
    acknowledged: [...identifiers(ack, 'ack'), ...errors],
    errorCount: errors.length,
    cursor: parseCursor(cursor),
  };
}

function parseCursor(cursor: unknown): PollRequest['cursor'] {
  if (cursor === undefined) return undefined;
  if (cursor === ANEW) return 'anew';
  const position = typeof cursor === 'string' ? decodeCursor(cursor) : undefined;
  if (position === undefined) throw new PollRequestError('cursor must be one of an earlier answer, or empty');
  return position;
}

function wholeNumber(value: unknown, name: string, max: number, absent: number): number {
  if (value === undefined) return absent;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
  const limit = max === Infinity ? '' : ` of at most ${max}`;
  throw new PollRequestError(`${name} must be a whole number${limit}`);
}

function identifiers(value: unknown, name: string): string[] {
  const isValid = (jti: unknown): jti is string =>
    typeof jti === 'string' && jti.length > 0 && jti.length <= MAX_JTI_LENGTH;
  if (Array.isArray(value) && value.length <= MAX_ACKNOWLEDGED && value.every(isValid)) return value;
  throw new PollRequestError(
    `${name} must have at most ${MAX_ACKNOWLEDGED} identifiers of at most ${MAX_JTI_LENGTH} characters`,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
