import { readArgon2 } from './argon2-hash.js';
import { readBcrypt } from './bcrypt-hash.js';
import { parsePhcString, type PhcString } from './phc-string.js';
import { readPbkdf2 } from './pbkdf2-hash.js';
import { readSaltedDigest } from './salted-digest.js';
import { readFirebaseScrypt, readScrypt } from './scrypt-hash.js';
import { type ReadHash, unsupported } from './stored-hash.js';

/**
 * How a password is compared with a stored hash, and whether this may be. The import and each login ask it.
 * Documentation: docs/moving.md.
 */
export function readHash(stored: string): ReadHash {
  if (/^\$2.?\$/.test(stored)) return readBcrypt(stored);
  const phc = parsePhcString(stored);
  return phc === undefined ? unsupported('the hash has no form that is known') : readPhc(stored, phc);
}

function readPhc(stored: string, phc: PhcString): ReadHash {
  const [family = ''] = phc.id.split('-');
  switch (family) {
    case 'argon2id':
    case 'argon2i':
    case 'argon2d':
      return phc.id === family ? readArgon2(stored, phc) : unsupported('no such kind of Argon2 is known');
    case 'scrypt':
      return readScrypt(phc);
    case 'firescrypt':
      return readFirebaseScrypt(phc);
    case 'pbkdf2':
      return readPbkdf2(phc);
    default:
      return readSaltedDigest(phc);
  }
}
