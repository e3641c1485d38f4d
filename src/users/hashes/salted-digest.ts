import { HASH_BOUNDS } from './hash-bounds.js';
import type { PhcString } from './phc-string.js';
import { DIGEST_BYTES, isDigestName, type ReadHash, unsupported } from './stored-hash.js';

/**
 * One SHA of salt and password, as `$sha256$salt=prefix$salt$hash`: whoever gets the table finds most passwords. It is here so that the
 * users of an old system can log in once, which replaces it.
 */
export function readSaltedDigest({ id, parameters, values }: PhcString): ReadHash {
  const saltPosition = parameters.get('salt');
  const [salt, key] = values;
  if (!isDigestName(id) || (saltPosition !== 'prefix' && saltPosition !== 'suffix') || parameters.size !== 1)
    return unsupported('a salted digest needs sha1, sha256 or sha512, and salt=prefix or salt=suffix');
  if (values.length !== 2 || key?.length !== DIGEST_BYTES[id])
    return unsupported(`a salted digest by ${id} has ${DIGEST_BYTES[id]} bytes`);
  if (!salt || salt.length === 0 || salt.length > HASH_BOUNDS.bytes)
    return unsupported('a digest without a salt is not taken');
  return { kind: 'digest', algorithm: id, saltPosition, salt, key };
}
