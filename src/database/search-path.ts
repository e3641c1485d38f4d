/**
 * SQL for the schema in which PostgreSQL looks for a table first, its own catalog aside; `NULL` for none. It is the schema of temporary
 * tables where the session has one that comes first.
 */
export const FIRST_SCHEMA = `(array_remove(current_schemas(true), 'pg_catalog'))[1]::text`;

/**
 * SQL for a `search_path` in which a temporary table hides none of the schema: without its name in the list, `pg_temp` comes first.
 * @see https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SEARCH-PATH
 */
export const pathOf = (schema: string): string => `"${schema}", pg_temp`;

/**
 * SQL that leads names without a schema to this one for the rest of the session. What the role or the database sets stays where it leads
 * there already.
 */
export const leadTo = (schema: string): string =>
  `CASE WHEN ${FIRST_SCHEMA} = '${schema}' THEN '' ELSE set_config('search_path', '${pathOf(schema)}', false) END`;
