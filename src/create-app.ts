import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DOCS_PATH, serveApiDocs } from './api-docs.js';
import { AppModule } from './app.module.js';
import { AppLogger } from './common/app.logger.js';
import { ProblemFilter, sendProblem } from './common/problem.filter.js';
import { securityHeaders } from './common/security-headers.js';
import { createValidationPipe } from './common/validation.pipe.js';
import type { AppConfig } from './config/app-config.js';

const BODY_LIMIT_BYTES = 65_536;
/** A request that has not arrived by then is given up (slow senders would hold connections for ever). */
const REQUEST_TIMEOUT_MS = 30_000;

/** The whole application, ready to listen; `main.ts` and the tests use it alike. */
export async function createApp(
  config: AppConfig,
  logger: LoggerService = new AppLogger(config.isProduction),
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: (_address, hop) => hop < config.http.trustedProxies,
    forceCloseConnections: 'idle',
    // A path that cannot be decoded never reaches a route, nor the filter.
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, { status: 400, code: 'malformed_request', detail: error.message }),
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config), adapter, {
    logger,
    abortOnError: false,
  });
  adapter.getInstance().addHook('onRequest', securityHeaders(`/${DOCS_PATH}`));
  const { corsOrigins } = config.http;
  app.enableCors({
    origin: corsOrigins.includes('*') ? true : corsOrigins,
    exposedHeaders: ['WWW-Authenticate', 'Retry-After'],
  });
  app.useGlobalPipes(createValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  app.enableShutdownHooks([], { useProcessExit: true });
  serveApiDocs(app);
  return app;
}
