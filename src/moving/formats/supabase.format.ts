import { canonicalHash } from '../canonical-hash.js';
import { joinedName, membersIn, textIn } from '../members.js';
import { RefusedRecord } from '../refused-record.js';
import { readRows } from './read-rows.js';
import type { SourceFormat } from './source-format.js';

/** The rows of the table `auth.users` of Supabase. */
export const SUPABASE_FORMAT: SourceFormat = {
  hasForeignIds: false,
  read: readRows,
  accountOf: (row) => {
    if (textIn(row['deleted_at']) !== undefined)
      throw new RefusedRecord('deleted_in_source', 'The account is deleted in the source');
    const about = membersIn(row['raw_user_meta_data']);
    const hash = textIn(row['encrypted_password']);
    return {
      id: row['id'],
      email: row['email'],
      email_verified: textIn(row['email_confirmed_at']) !== undefined,
      full_name:
        textIn(about['full_name']) ??
        textIn(about['name']) ??
        joinedName(about['first_name'], about['last_name']),
      is_active: !isInFuture(row['banned_until']),
      password_hash: hash && canonicalHash(hash),
      created_at: row['created_at'],
    };
  },
};

/** A ban that has passed is none. `infinity`, or a text that is no time, is one. */
function isInFuture(value: unknown): boolean {
  const text = textIn(value);
  return text !== undefined && !(Date.parse(text.replace(/([+-]\d\d)$/, '$1:00')) < Date.now());
}
