import { canonicalHash } from '../canonical-hash.js';
import { isTrue, joinedName, membersIn, textIn } from '../members.js';
import { readRows } from './read-rows.js';
import type { SourceFormat } from './source-format.js';

/**
 * The password hashes that Auth0's support exports, the export of the users, or records with the members of both. Auth0 gives no hash in
 * the export of the users.
 */
export const AUTH0_FORMAT: SourceFormat = {
  hasForeignIds: true,
  read: readRows,
  accountOf: (user) => {
    const hash = textIn(user['passwordHash']) ?? textIn(user['password_hash']);
    return {
      id: idOf(user),
      email: user['email'],
      email_verified: user['email_verified'],
      full_name: textIn(user['name']) ?? joinedName(user['given_name'], user['family_name']),
      is_active: !isTrue(user['blocked']),
      password_hash: hash && canonicalHash(hash),
      created_at: user['created_at'],
    };
  },
};

/** The id of the export of the users has the connection before it, that of the hashes has not. */
function idOf(user: Readonly<Record<string, unknown>>): unknown {
  const id = textIn(user['user_id']) ?? textIn(user['Id']);
  return id?.replace(/^auth0\|/, '') ?? membersIn(user['_id'] ?? user['_ID'])['$oid'];
}
