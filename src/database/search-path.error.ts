import { NoPrimaryError } from '../common/database-errors.js';
import { pathOf } from './search-path.js';

/** Names without a schema lead to other tables than those of the service, so no statement may run. */
export class SearchPathError extends NoPrimaryError {
  /**
   * @param variable the variable with the URL
   * @param schema `DATABASE_SCHEMA`
   * @param found where names lead
   */
  constructor(variable: string, schema: string, found: string | null | undefined) {
    super(
      `sessions of ${variable} must look for tables in the schema ${schema} (DATABASE_SCHEMA) first, and look in ` +
        `${found ?? 'none'}: ALTER ROLE … IN DATABASE … SET search_path = ${pathOf(schema)}, for the role and the database of ` +
        `${variable}; then a pooler must open its sessions anew`,
    );
  }
}
