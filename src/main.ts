import { AppLogger } from './common/app.logger.js';
import { startBanner } from './start-banner.js';
import { ConfigurationError } from './config/configuration.error.js';
import { listenForManagement } from './http/management.js';
import { isProductionProcess, loadConfigFromProcess } from './config/load-config.js';
import { createApp } from './create-app.js';
import { tuneRuntime } from './runtime.js';

async function start(): Promise<void> {
  tuneRuntime();
  const config = loadConfigFromProcess();
  const logger = new AppLogger(config.log);
  process.once('exit', () => logger.flush());
  const app = await createApp(config, logger);
  await app.listen(config.http.port, config.http.host);
  await listenForManagement(app, config.http, logger);
  startBanner(app, await app.getUrl());
}

start().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  // The configuration may be what failed, so the logger does not need it.
  const logger = new AppLogger({ level: 'info', isJson: isProductionProcess() });
  logger.error(error instanceof ConfigurationError ? message : `The start failed: ${message}`, 'Start');
  process.exit(1);
});
