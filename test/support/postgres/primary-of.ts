import { parseDatabaseUrl } from '../../../src/config/database-url.js';
import { PrimaryLocator } from '../../../src/database/primary-locator.js';

/** Where the connections of a unit go that a test runs outside the application. */
export const primaryOf = (url: string, schema = 'public'): PrimaryLocator =>
  new PrimaryLocator(parseDatabaseUrl('DATABASE_URL', url), schema);
