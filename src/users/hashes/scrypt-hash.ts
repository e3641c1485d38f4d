import { HASH_BOUNDS } from './hash-bounds.js';
import { type PhcString, positiveInteger } from './phc-string.js';
import { type HashRefusal, type ReadHash, type ScryptCost, tooCostly, unsupported } from './stored-hash.js';

/** Of the key of Firebase's cipher. */
const SIGNER_KEY_BYTES = 64;

/** scrypt (RFC 7914) as `$scrypt$ln=…,r=…,p=…$salt$hash`; `ln` is the binary logarithm of N. */
export function readScrypt({ parameters, values }: PhcString): ReadHash {
  const cost = costOf(parameters);
  if ('refusal' in cost) return cost;
  const [salt, key] = values;
  if (values.length !== 2 || !isKey(key) || !isSalt(salt))
    return unsupported('scrypt needs a salt, and a hash of 16 bytes or more');
  return { kind: 'scrypt', ...cost, salt, key };
}

/**
 * Firebase's scrypt as `$firescrypt$ln=…,r=…,p=1$salt$hash$separator$signer key`, the form of Ory Kratos. The account has what belongs to the
 * project, too: so one column is enough.
 * @see https://github.com/firebase/scrypt
 */
export function readFirebaseScrypt({ parameters, values }: PhcString): ReadHash {
  const cost = costOf(parameters);
  if ('refusal' in cost) return cost;
  const [salt, key, separator, signerKey] = values;
  if (values.length !== 4 || !isSalt(salt) || separator === undefined)
    return unsupported('firescrypt needs a salt, a hash, a separator and a signer key');
  if (key?.length !== SIGNER_KEY_BYTES || signerKey?.length !== SIGNER_KEY_BYTES)
    return unsupported(`firescrypt needs a hash and a signer key of ${SIGNER_KEY_BYTES} bytes`);
  return { kind: 'firescrypt', ...cost, salt: Uint8Array.from([...salt, ...separator]), key, signerKey };
}

function costOf(parameters: PhcString['parameters']): ScryptCost | HashRefusal {
  const [ln, r, p] = ['ln', 'r', 'p'].map((name) => positiveInteger(parameters.get(name)));
  if (ln === undefined || r === undefined || p === undefined || parameters.size !== 3)
    return unsupported('scrypt needs the parameters ln, r and p, and no others');
  const { memoryKiB, scryptWork, lanes } = HASH_BOUNDS;
  const kiB = (2 ** ln * r) / 8;
  if (kiB > memoryKiB || 2 ** ln * r * p > scryptWork || p > lanes)
    return tooCostly(
      `scrypt may use ${memoryKiB} KiB (128 times N times r), N times r times p up to ${scryptWork}, and p up to ${lanes}`,
    );
  return { cost: 2 ** ln, blockSize: r, parallelization: p };
}

const isSalt = (bytes: Uint8Array | undefined): bytes is Uint8Array =>
  bytes !== undefined && bytes.length <= HASH_BOUNDS.bytes;

const isKey = (bytes: Uint8Array | undefined): bytes is Uint8Array =>
  bytes !== undefined && bytes.length >= 16 && bytes.length <= HASH_BOUNDS.bytes;
