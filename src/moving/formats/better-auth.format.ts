import { hashOfBetterAuth } from '../canonical-hash.js';
import { isTrue, textIn } from '../members.js';
import { readRows } from './read-rows.js';
import type { SourceFormat } from './source-format.js';

/** The table `user` of better-auth, joined with `password` of its table `account`: docs/moving.md has the query. */
export const BETTER_AUTH_FORMAT: SourceFormat = {
  hasForeignIds: true,
  read: readRows,
  accountOf: (row) => {
    const hash = textIn(row['password']);
    const role = textIn(row['role']);
    return {
      id: row['id'],
      email: row['email'],
      email_verified: row['emailVerified'] ?? row['email_verified'],
      full_name: textIn(row['name']),
      // The plugin `admin` keeps several roles with commas between.
      roles: role?.split(',').map((name) => name.trim()) ?? [],
      is_active: !isTrue(row['banned']),
      password_hash: hash && hashOfBetterAuth(hash),
      created_at: row['createdAt'] ?? row['created_at'],
    };
  },
};
