import { HASH_BOUNDS } from './hash-bounds.js';
import { type PhcString, positiveInteger } from './phc-string.js';
import { type ReadHash, tooCostly, unsupported } from './stored-hash.js';

/** 1.0 and 1.3 of Argon2, as RFC 9106 §3.1 numbers them. */
const VERSIONS = ['16', '19'];
/** RFC 9106 §3.1 has no upper ones; these are the library's. */
const [MIN_SALT, MAX_SALT, MIN_KEY, MAX_KEY] = [8, 48, 10, 64];

/** Argon2i, Argon2d and Argon2id with any parameters within the bounds (RFC 9106). */
export function readArgon2(digest: string, phc: PhcString): ReadHash {
  const { parameters } = phc;
  const [m, t, p] = ['m', 't', 'p'].map((name) => positiveInteger(parameters.get(name)));
  if (m === undefined || t === undefined || p === undefined || parameters.size !== 3)
    return unsupported('Argon2 needs the parameters m, t and p, and no others');
  if (!hasForm(phc))
    return unsupported(
      `Argon2 needs version 16 or 19, a salt of ${MIN_SALT} to ${MAX_SALT} bytes and a hash of ${MIN_KEY} to ${MAX_KEY}`,
    );
  if (m < 8 * p) return unsupported('Argon2 needs 8 KiB of memory or more for each lane');
  const { memoryKiB, argon2Work, lanes } = HASH_BOUNDS;
  if (m > memoryKiB || m * t > argon2Work || p > lanes)
    return tooCostly(
      `Argon2 may have m up to ${memoryKiB}, m times t up to ${argon2Work}, and p up to ${lanes}`,
    );
  return { kind: 'argon2', digest };
}

const hasForm = ({ version = '', values }: PhcString): boolean =>
  VERSIONS.includes(version) &&
  values.length === 2 &&
  isWithin(values[0], MIN_SALT, MAX_SALT) &&
  isWithin(values[1], MIN_KEY, MAX_KEY);

const isWithin = (bytes: Uint8Array | undefined, least: number, most: number): boolean =>
  bytes !== undefined && bytes.length >= least && bytes.length <= most;
