import { Logger } from '@nestjs/common';
import { startBanner } from './start-banner.js';
import { ConfigurationError } from './config/configuration.error.js';
import { loadConfigFromProcess } from './config/load-config.js';
import { createApp } from './create-app.js';
import { tuneRuntime } from './runtime.js';

async function start(): Promise<void> {
  tuneRuntime();
  const config = loadConfigFromProcess();
  const app = await createApp(config);
  await app.listen(config.http.port, config.http.host);
  startBanner(app, await app.getUrl());
}

start().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  new Logger('Start').error(error instanceof ConfigurationError ? message : `The start failed: ${message}`);
  process.exit(1);
});
