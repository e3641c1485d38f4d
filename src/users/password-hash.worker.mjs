import { hashSync, verifySync } from '@node-rs/argon2';

// Runs on the threads of PasswordHasher, where synchronous functions block no request.

export const hash = ({ password, parameters }) => hashSync(password, parameters);

/** Whether the hash is that of one of the passwords. A stored value that is not a hash matches no password. */
export const verify = ({ digest, passwords }) => {
  try {
    return passwords.some((password) => verifySync(digest, password));
  } catch {
    return false;
  }
};
