import { HASH_BOUNDS } from './hash-bounds.js';
import { type ReadHash, tooCostly, unsupported } from './stored-hash.js';

/** bcrypt counts these bytes of a password, and no others. */
const PASSWORD_BYTES = 72;

/** `$2a$`, `$2b$`, `$2y$`, and `$2x$`, which marks hashes of an early PHP with a wrong sign of bytes beyond ASCII. */
const FORM = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Whether the hash says nothing about a part of the password: another one with the same first 72 bytes matches too. */
export const isCutOffByBcrypt = (stored: string, password: string): boolean =>
  FORM.test(stored) && Buffer.byteLength(password) > PASSWORD_BYTES;

export function readBcrypt(digest: string): ReadHash {
  const cost = Number(FORM.exec(digest)?.[1]);
  if (!(cost >= 4))
    return unsupported('bcrypt needs $2a$, $2b$, $2x$ or $2y$, a cost of 04 or more, and 53 characters');
  if (cost > HASH_BOUNDS.bcryptCost)
    return tooCostly(`bcrypt may have a cost up to ${HASH_BOUNDS.bcryptCost}`);
  return { kind: 'bcrypt', digest, passwordBytes: PASSWORD_BYTES };
}
