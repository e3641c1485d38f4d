import { hashSync, verifySync } from '@node-rs/argon2';

// Runs on the hasher's own threads, where it may block.

export const hash = ({ password, parameters }) => hashSync(password, parameters);

/** What is no hash is no match. */
export const verify = ({ digest, password }) => {
  try {
    return verifySync(digest, password);
  } catch {
    return false;
  }
};
