import { HASH_BOUNDS } from './hash-bounds.js';
import { type PhcString, positiveInteger } from './phc-string.js';
import { DIGEST_BYTES, isDigestName, type ReadHash, tooCostly, unsupported } from './stored-hash.js';

const MIN_KEY = 16;

/** PBKDF2 (RFC 8018 §5.2) as `$pbkdf2-sha256$i=…$salt$hash`. */
export function readPbkdf2({ id, parameters, values }: PhcString): ReadHash {
  const algorithm = id.slice('pbkdf2-'.length);
  const iterations = positiveInteger(parameters.get('i'));
  const [salt, key] = values;
  if (!isDigestName(algorithm)) return unsupported('PBKDF2 needs sha1, sha256 or sha512');
  if (iterations === undefined || parameters.size !== 1)
    return unsupported('PBKDF2 needs the parameter i, and no other');
  const { bytes, pbkdf2Work } = HASH_BOUNDS;
  if (
    values.length !== 2 ||
    !salt ||
    !key ||
    salt.length > bytes ||
    key.length < MIN_KEY ||
    key.length > bytes
  )
    return unsupported(`PBKDF2 needs a salt of at most ${bytes} bytes, and a hash of ${MIN_KEY} to ${bytes}`);
  if (iterations * Math.ceil(key.length / DIGEST_BYTES[algorithm]) > pbkdf2Work)
    return tooCostly(`PBKDF2 may have ${pbkdf2Work} iterations, counted for each block of the hash`);
  return { kind: 'pbkdf2', algorithm, iterations, salt, key };
}
