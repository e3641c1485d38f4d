import { AppLogger } from './common/app.logger.js';
import { startBanner } from './start-banner.js';
import { listenForManagement } from './http/management.js';
import { loadConfigFromProcess } from './config/load-config.js';
import { createApp } from './create-app.js';
import { runProcess } from './run-process.js';
import { tuneRuntime } from './runtime.js';

async function start(): Promise<void> {
  tuneRuntime();
  const config = loadConfigFromProcess();
  const logger = new AppLogger(config.log);
  process.once('exit', () => logger.flush());
  const { tracing } = config;
  // Without it, nothing of OpenTelemetry is loaded.
  if (tracing !== undefined)
    (await import('./tracing/start-tracing.js')).startTracing(config, tracing, logger);
  const app = await createApp(config, logger);
  await app.listen(config.http.port, config.http.host);
  await listenForManagement(app, config.http, logger);
  startBanner(app, await app.getUrl());
}

runProcess('The start', start);
