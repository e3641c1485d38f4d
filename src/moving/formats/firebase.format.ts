import { firebaseHash } from '../firebase-parameters.js';
import { textIn, timeOfMilliseconds } from '../members.js';
import { readUsersArray } from '../users-array.reader.js';
import type { SourceFormat } from './source-format.js';

/** What `firebase auth:export users.json --format=json` writes. */
export const FIREBASE_FORMAT: SourceFormat = {
  hasForeignIds: true,
  read: readUsersArray,
  accountOf: (user, { firebase }) => {
    const [hash, salt] = [textIn(user['passwordHash']), textIn(user['salt'])];
    return {
      id: user['localId'],
      email: user['email'],
      email_verified: user['emailVerified'],
      full_name: textIn(user['displayName']),
      is_active: user['disabled'] !== true,
      // Without the parameters the hash is a text that is refused.
      password_hash: hash && (firebase && salt ? firebaseHash(firebase, salt, hash) : 'firebase'),
      created_at: timeOfMilliseconds(user['createdAt']),
    };
  },
};
