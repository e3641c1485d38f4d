import { canonicalHash } from '../canonical-hash.js';
import { readCsv } from '../csv.reader.js';
import { readLines } from '../lines.reader.js';
import { RefusedRecord } from '../refused-record.js';
import type { SourceFormat } from './source-format.js';

const MEMBERS = [
  'id',
  'email',
  'email_verified',
  'full_name',
  'role',
  'is_active',
  'password_hash',
  'locale',
  'created_at',
  'updated_at',
];

/** What this service exports, and what a script makes for it. A member that is not known is refused: it may be a mistyped one. */
const plain: Omit<SourceFormat, 'read'> = {
  hasForeignIds: false,
  accountOf: ({ role, password_hash: hash, ...value }) => {
    const unknown = Object.keys(value).find((name) => !MEMBERS.includes(name));
    if (unknown !== undefined)
      throw new RefusedRecord('unknown_member', `The record has other members than ${MEMBERS.join(', ')}`);
    const password_hash = typeof hash === 'string' ? canonicalHash(hash) : hash;
    return { ...value, password_hash, ...(role === undefined || role === null ? {} : { roles: [role] }) };
  },
};

export const NDJSON_FORMAT: SourceFormat = { ...plain, read: readLines };
export const CSV_FORMAT: SourceFormat = { ...plain, read: readCsv };
