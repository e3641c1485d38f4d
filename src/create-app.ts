import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveApiDocs } from './http/api-docs.js';
import { AppModule } from './app.module.js';
import { AppLogger } from './common/app.logger.js';
import { ProblemFilter } from './http/problem.filter.js';
import { createValidationPipe } from './http/validation.pipe.js';
import type { AppConfig } from './config/app-config.js';
import { corsOptions } from './http/cors-options.js';
import { createHttpServer } from './http/http-server.js';

/** The whole application, ready to listen, for `main.ts` and for tests. */
export async function createApp(
  config: AppConfig,
  logger: AppLogger = new AppLogger(config.log),
): Promise<NestFastifyApplication> {
  const adapter = createHttpServer(config, logger);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config), adapter, {
    logger,
    abortOnError: false,
  });
  // Requests are not parsed: only the exchange of a refresh token reads a cookie.
  await app.register(cookie, { hook: false });
  // Not `app.enableCors()`: it copies the headers of each request for Express middleware, which is not used here.
  if (config.http.corsOrigins.length > 0) await app.register(cors, corsOptions(config.http.corsOrigins));
  app.useGlobalPipes(createValidationPipe(config));
  app.useGlobalFilters(new ProblemFilter());
  app.enableShutdownHooks([], { useProcessExit: true });
  serveApiDocs(app);
  return app;
}
