import type { HotStatement } from '../database/hot-statements.js';

const FETCH_SIZE = 1000;

/**
 * A line of the export for each account, in the order of their ids. PostgreSQL writes the JSON: its times have microseconds, and absent
 * members are left out.
 */
export const OPEN_EXPORT: HotStatement = {
  name: 'open_export',
  text: `
  DECLARE export NO SCROLL CURSOR FOR
  SELECT json_strip_nulls(json_build_object('id', id, 'email', email, 'email_verified', email_verified, 'full_name', full_name,
    'role', role, 'is_active', is_active, 'password_hash', password_hash, 'locale', locale, 'created_at', created_at,
    'updated_at', updated_at))::text AS line
  FROM users ORDER BY id`,
};

export const FETCH_EXPORT: HotStatement = { name: 'fetch_export', text: `FETCH ${FETCH_SIZE} FROM export` };

export const COUNT_ACCOUNTS: HotStatement = {
  name: 'count_accounts_of_export',
  text: 'SELECT count(*)::int AS accounts FROM users',
};
