import { hashSync, verifySync } from '@node-rs/argon2';

// Runs on the threads of PasswordHasher, where synchronous functions block no request.

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

/** Overwrites the passwords after their use: their memory may stay for long before something else is written to it. */
function erasing(passwords, work) {
  try {
    return work();
  } finally {
    for (const password of passwords) password.fill(0);
  }
}
