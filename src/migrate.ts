import { Logger } from '@nestjs/common';
import { AppLogger } from './common/app.logger.js';
import { ConfigurationError } from './config/configuration.error.js';
import { loadMigrationConfigFromProcess } from './config/load-config.js';
import { migrate } from './database/migrate.js';
import { PrimaryLocator } from './database/primary-locator.js';
import { waitForDatabase } from './database/wait-for-database.js';
import { runProcess } from './run-process.js';

/** Applies the migrations and ends: for a deployment that does so before its instances start, which would do it themselves. */
runProcess('The migration', async () => {
  const { name, log, database } = loadMigrationConfigFromProcess();
  Logger.overrideLogger(new AppLogger(log));
  const target = database.direct ?? database.target;
  if (target === undefined)
    throw new ConfigurationError(['DATABASE_URL is required: the embedded database is migrated at start']);
  const primary = new PrimaryLocator(target, database.schema);
  await waitForDatabase(target, database.waitSeconds, () => migrate(name, primary));
});
