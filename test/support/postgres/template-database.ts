import { Logger } from '@nestjs/common';
import { migrate } from '../../../src/database/migrate.js';
import { primaryOf } from './primary-of.js';
import { createEmptyDatabase, type TestDatabase } from './test-database.js';

/**
 * Makes the migrated database of which {@link createTestDatabase} gives copies, with the migrations as they are now. Suites
 * run in processes that inherit the environment, which names it.
 */
export async function createTemplateDatabase(server: string): Promise<TestDatabase> {
  const template = await createEmptyDatabase(server);
  Logger.overrideLogger(['error', 'warn']);
  await migrate('test-template', primaryOf(template.url));
  process.env['TEST_TEMPLATE_DATABASE'] = new URL(template.url).pathname.slice(1);
  return template;
}
