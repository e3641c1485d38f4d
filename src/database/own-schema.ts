import type { DataSource } from 'typeorm';
import { statementErrorCode } from '../common/database-errors.js';
import { ConfigurationError } from '../config/configuration.error.js';
import type { PrimaryLocator } from './primary-locator.js';

const NO_PRIVILEGE = '42501';

/** Another schema with the tables and the function that every version of the service has. A copy of the tables alone is no installation. */
const OTHER_SCHEMA = `
  SELECT nspname AS schema FROM pg_namespace JOIN pg_class ON relnamespace = pg_namespace.oid
  WHERE nspname <> $1 AND relkind = 'r' AND relname IN ('users', 'sessions', 'invalidations', 'audit_events')
    AND EXISTS (SELECT FROM pg_proc WHERE pronamespace = pg_namespace.oid AND proname = 'log_invalidation')
  GROUP BY nspname HAVING count(*) = 4 ORDER BY nspname LIMIT 1`;

/**
 * Makes the schema of the service ready for the migrations; the caller has their lock. Refuses a database in which another schema has tables
 * of the service: a variable that was forgotten or misspelt would make an empty service beside the accounts, and two services in one
 * database would have the same locks and notifications.
 * @throws ConfigurationError for such a schema, and when the schema is missing and the role may not create it; Error of the driver
 */
export async function prepareSchema(source: DataSource, { schema, target }: PrimaryLocator): Promise<void> {
  const [other] = await source.query<{ schema: string }[]>(OTHER_SCHEMA, [schema]);
  if (other !== undefined)
    throw new ConfigurationError([
      `DATABASE_SCHEMA is ${schema}, and the schema ${other.schema} has tables of the service. A database has them in one schema: ` +
        `set DATABASE_SCHEMA=${other.schema}, or move the tables first, see docs/postgresql.md`,
    ]);
  const found = await source.query<unknown[]>('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  if (found.length > 0) return;
  await source.query(`CREATE SCHEMA "${schema}"`).catch((error: unknown) => {
    if (statementErrorCode(error) !== NO_PRIVILEGE) throw error;
    throw new ConfigurationError([
      `DATABASE_SCHEMA names a schema that does not exist, and the role of ${target.variable} may not create it. The owner of the ` +
        `database can: CREATE SCHEMA "${schema}" AUTHORIZATION …, with the role that applies the migrations`,
    ]);
  });
}
