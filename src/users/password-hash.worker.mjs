import { hashSync, verifySync } from '@node-rs/argon2';
import { createCipheriv, createHash, pbkdf2Sync, scryptSync, timingSafeEqual } from 'node:crypto';

// Runs on the threads of PasswordHasher, where synchronous functions block no request.

const ZERO_BLOCK = new Uint8Array(16);

export const hash = ({ passwords, parameters }) =>
  erasing(passwords, () => hashSync(passwords[0], parameters));

/** Whether the hash is that of one of the passwords. A stored value that is not a hash matches no password. */
export const verify = ({ digest, passwords }) =>
  erasing(passwords, () => {
    try {
      return passwords.some((password) => verifySync(digest, password));
    } catch {
      return false;
    }
  });

/** The same for a hash of another system. @param task.check a `HashCheck`, whose parameters are within bounds */
export async function verifyForeign({ check, passwords }) {
  try {
    for (const password of passwords) if (await COMPARISONS[check.kind](check, password)) return true;
    return false;
  } catch {
    return false;
  } finally {
    erase(passwords);
  }
}

const COMPARISONS = {
  argon2: ({ digest }, password) => verifySync(digest, password),
  bcrypt: async ({ digest, passwordBytes }, password) => {
    // In C the password would end at the byte 0, and other passwords would match.
    if (password.length === 0 || password.includes(0)) return false;
    const { bcryptVerify } = await import('hash-wasm');
    return bcryptVerify({ password: password.subarray(0, passwordBytes), hash: digest });
  },
  scrypt: (check, password) => timingSafeEqual(scrypt(check, password, check.key.length), check.key),
  firescrypt: (check, password) => {
    const cipher = createCipheriv('aes-256-ctr', scrypt(check, password, 32), ZERO_BLOCK);
    return timingSafeEqual(cipher.update(check.signerKey), check.key);
  },
  pbkdf2: ({ algorithm, iterations, salt, key }, password) =>
    timingSafeEqual(pbkdf2Sync(password, salt, iterations, key.length, algorithm), key),
  digest: ({ algorithm, saltPosition, salt, key }, password) => {
    const parts = saltPosition === 'prefix' ? [salt, password] : [password, salt];
    const digest = parts.reduce((made, part) => made.update(part), createHash(algorithm));
    return timingSafeEqual(digest.digest(), key);
  },
};

function scrypt({ cost, blockSize, parallelization, salt }, password, bytes) {
  // What OpenSSL counts is a little more than 128 N r.
  const maxmem = 256 * cost * blockSize + 256 * blockSize * parallelization;
  return scryptSync(password, salt, bytes, { N: cost, r: blockSize, p: parallelization, maxmem });
}

/** Overwrites the passwords after their use: their memory may stay for long before something else is written to it. */
function erasing(passwords, work) {
  try {
    return work();
  } finally {
    erase(passwords);
  }
}

function erase(passwords) {
  for (const password of passwords) password.fill(0);
}
