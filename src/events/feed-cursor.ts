import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { LogPosition } from '../log/log-position.js';

/** The part of a row's events after which a page ends. */
export interface EventKey {
  readonly xid: bigint;
  readonly id: bigint;
  /** Which event of the row, from 0. */
  readonly part: number;
}

/** How far a receiver has come. */
export interface FeedCursor {
  readonly history: string;
  /** Every change committed after this time is delivered; PostgreSQL's clock, whole milliseconds since the epoch. */
  readonly coveredFromMs: number;
  /** Everything before this position is delivered. */
  readonly position: LogPosition;
  /** Of the rows between `position` and `upTo`, those up to `after` are delivered too. */
  readonly page?: { readonly upTo: LogPosition; readonly after: EventKey };
}

/** The version of the format. */
const VERSION = '1';
const RADIX = 36;
/** Two snapshots with thousands of open transactions. */
const MAX_LENGTH = 100_000;
const CHECKSUM_LENGTH = 8;
const HISTORY = /^[0-9a-f]{12}$/;
const COVERED_FROM = /^[0-9a-z]{1,10}$/;
const POSITION = /^([0-9a-z]{1,13}):((?:[0-9a-z]{1,13}(?:,[0-9a-z]{1,13})*)?)$/;
const KEY = /^([0-9a-z]{1,13})-([0-9a-z]{1,13})-([012])$/;
const MAX_XID = 2n ** 64n - 1n;
const MAX_ID = 2n ** 63n - 1n;

/** The last cursors: in one round of answers, most receivers bring the same one. Pages of the feed live as long as their cursor. */
const decoded = new LRUCache<string, FeedCursor>({ max: 16 });
const MAX_KEPT_LENGTH = 1000;

/** A text that only this class reads. It is no secret, and a receiver that changes it harms itself only. */
export function encodeCursor({ history, coveredFromMs, position, page }: FeedCursor): string {
  const parts = [VERSION, history, coveredFromMs.toString(RADIX), encodePosition(position)];
  if (page !== undefined) parts.push(encodePosition(page.upTo), encodeKey(page.after));
  const text = parts.join('.');
  return Buffer.from(`${text}.${checksum(text)}`).toString('base64url');
}

/** @returns `undefined` for a text that is none of {@link encodeCursor}; for the same text mostly the same object */
export function decodeCursor(encoded: string): FeedCursor | undefined {
  const known = decoded.get(encoded);
  if (known !== undefined) return known;
  const cursor = parseCursor(encoded);
  if (cursor !== undefined && encoded.length <= MAX_KEPT_LENGTH) decoded.set(encoded, cursor);
  return cursor;
}

function parseCursor(encoded: string): FeedCursor | undefined {
  if (encoded.length > MAX_LENGTH || !/^[\w-]+$/.test(encoded)) return undefined;
  const checked = Buffer.from(encoded, 'base64url').toString('latin1');
  const text = checked.slice(0, -CHECKSUM_LENGTH - 1);
  if (checked !== `${text}.${checksum(text)}`) return undefined;
  const [version, history = '', coveredFrom = '', start = '', ...page] = text.split('.');
  const position = decodePosition(start);
  const isKnown = version === VERSION && HISTORY.test(history) && COVERED_FROM.test(coveredFrom);
  if (!isKnown || position === undefined) return undefined;
  const cursor = { history, coveredFromMs: Number.parseInt(coveredFrom, RADIX), position };
  return page.length === 0 ? cursor : withPage(cursor, page);
}

function withPage(cursor: FeedCursor, [end = '', key = '']: readonly string[]): FeedCursor | undefined {
  const [upTo, after] = [decodePosition(end), decodeKey(key)];
  return upTo && after && { ...cursor, page: { upTo, after } };
}

/** Open transactions are near the next one, so their distances to it are short. */
function encodePosition({ next, underWay }: LogPosition): string {
  const limit = BigInt(next);
  const distances = underWay.map((xid) => (limit - BigInt(xid)).toString(RADIX));
  return `${limit.toString(RADIX)}:${distances.join(',')}`;
}

function decodePosition(text: string): LogPosition | undefined {
  const [, next, distances = ''] = POSITION.exec(text) ?? [];
  if (next === undefined) return undefined;
  const limit = numberOf(next);
  const open = distances === '' ? [] : distances.split(',').map((distance) => limit - numberOf(distance));
  if (limit > MAX_XID || open.some((xid) => xid < 0n || xid >= limit)) return undefined;
  return new LogPosition(String(limit), open.map(String));
}

const encodeKey = ({ xid, id, part }: EventKey): string =>
  `${xid.toString(RADIX)}-${id.toString(RADIX)}-${part}`;

function decodeKey(text: string): EventKey | undefined {
  const [, xidText, idText, part] = KEY.exec(text) ?? [];
  if (xidText === undefined || idText === undefined) return undefined;
  const [xid, id] = [numberOf(xidText), numberOf(idText)];
  return xid > MAX_XID || id > MAX_ID ? undefined : { xid, id, part: Number(part) };
}

function numberOf(text: string): bigint {
  let value = 0n;
  for (const digit of text) value = value * BigInt(RADIX) + BigInt(Number.parseInt(digit, RADIX));
  return value;
}

const checksum = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, CHECKSUM_LENGTH);
