import { readHash } from '../users/hashes/read-hash.js';
import { isRefusal } from '../users/hashes/stored-hash.js';
import { RefusedRecord } from './refused-record.js';

export interface HashRules {
  /** Whether salted digests are taken, which a thief of the table reads quickly. */
  readonly allowsWeakHashes: boolean;
  /** Whether an account whose hash is refused is imported without a password. */
  readonly mustReset: boolean;
}

/**
 * What is stored for the hash of a file; `null` for an account that has none, and for one that must get a new password.
 * @throws RefusedRecord
 */
export function storedHashOf(value: unknown, rules: HashRules): string | null {
  if (value === undefined || value === null || value === '') return null;
  const refused = refusalOf(value, rules);
  if (refused === undefined) return value as string;
  if (rules.mustReset) return null;
  throw refused;
}

function refusalOf(value: unknown, { allowsWeakHashes }: HashRules): RefusedRecord | undefined {
  if (typeof value !== 'string') return new RefusedRecord('wrong_type', 'password_hash must be a text');
  const read = readHash(value);
  if (isRefusal(read)) return new RefusedRecord(read.refusal, read.reason);
  if (read.kind === 'digest' && !allowsWeakHashes)
    return new RefusedRecord('weak_hash', 'A salted digest is taken with --allow-weak-hashes alone');
  return undefined;
}
