import { Logger } from '@nestjs/common';
import { AppLogger } from './common/app.logger.js';
import { ConfigurationError } from './config/configuration.error.js';
import { loadConfigFromProcess } from './config/load-config.js';
import { connectionOptions } from './database/connection-options.js';
import { migrate } from './database/migrate.js';
import { waitForDatabase } from './database/wait-for-database.js';
import { runProcess } from './run-process.js';

/** Applies the migrations and ends: for a deployment that does so before its instances start, which would do it themselves. */
runProcess('The migration', async () => {
  const { name, log, database } = loadConfigFromProcess();
  Logger.overrideLogger(new AppLogger(log));
  if (database.url === undefined)
    throw new ConfigurationError(['DATABASE_URL is required: the embedded database is migrated at start']);
  const { url, waitSeconds } = database;
  await waitForDatabase({ url, waitSeconds }, () => migrate(connectionOptions(name, url)));
});
