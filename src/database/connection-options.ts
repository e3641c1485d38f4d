import { PrimaryClient } from './primary-client.js';
import type { PrimaryLocator } from './primary-locator.js';

/** What every connection of TypeORM to PostgreSQL has in common. The schema is made by migrations. */
export function connectionOptions(applicationName: string, primary: PrimaryLocator) {
  return {
    type: 'postgres' as const,
    applicationName,
    synchronize: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto' as const,
    logging: false,
    extra: { Client: PrimaryClient, primary },
  };
}
