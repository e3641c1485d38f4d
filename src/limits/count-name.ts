import { createHmac, type KeyObject } from 'node:crypto';
import { derivedKey } from '../common/derived-key.js';

const PURPOSE = 'ergodrive limit count';
const BYTES = 16;

/** The name of a count, for what it counts. */
export type CountName = (key: string) => string;

/**
 * Names by a key of the service (HMAC-SHA-256), which nobody can guess: keys of Redis and rows of PostgreSQL show neither IP addresses nor
 * whose account is counted, and need no deletion when an account is erased.
 * @param secret of the service, the same on every instance
 */
export function countNames(secret: KeyObject): CountName {
  const key = derivedKey(secret, PURPOSE);
  return (text) => createHmac('sha256', key).update(text).digest().subarray(0, BYTES).toString('base64url');
}
