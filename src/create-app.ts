import cors from '@fastify/cors';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveApiDocs } from './api-docs.js';
import { AppModule } from './app.module.js';
import { AppLogger } from './common/app.logger.js';
import { ProblemFilter } from './common/problem.filter.js';
import { createValidationPipe } from './common/validation.pipe.js';
import type { AppConfig } from './config/app-config.js';
import { createHttpServer } from './http-server.js';

/** The whole application, ready to listen; `main.ts` and the tests use it alike. */
export async function createApp(
  config: AppConfig,
  logger: LoggerService = new AppLogger(config.isProduction),
): Promise<NestFastifyApplication> {
  const adapter = createHttpServer(config.http.trustedProxies);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config), adapter, {
    logger,
    abortOnError: false,
  });
  const { corsOrigins } = config.http;
  // As `app.enableCors()` does, but for a copy of its headers that it makes for Express-like middleware with each request.
  if (corsOrigins.length > 0) {
    await app.register(cors, {
      origin: corsOrigins,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      strictPreflight: false,
      exposedHeaders: ['WWW-Authenticate', 'Retry-After'],
    });
  }
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  app.enableShutdownHooks([], { useProcessExit: true });
  serveApiDocs(app);
  return app;
}
