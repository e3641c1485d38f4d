import { createServer, type Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AppLogger } from '../common/app.logger.js';
import type { AppConfig } from '../config/app-config.js';
import { DOCS_PATH } from './api-docs.js';
import { answerClientError } from './client-error.js';
import { sendProblem } from './problem.document.js';
import { problemOf } from './problems.js';
import { limitConnections, REQUEST_TIMES, serverOptions, takeExpectations } from './server-limits.js';

type HttpConfig = AppConfig['http'];

const PROBES = ['/health/live', '/health/ready', '/health/serving'];

/** Whether a caller on this connection may see what is meant for operators: metrics, details of the health, the API documents. */
export function seesManagement({ management }: HttpConfig, { socket }: FastifyRequest): boolean {
  return management === 'shared' || (management !== 'none' && socket.localPort === management.port);
}

/** Lets each route exist only on its port: the management port has its own routes and the probes. */
export function serveByPort(fastify: FastifyInstance, config: HttpConfig): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isServedHere(config, request)) done();
    else sendProblem(reply.header('cache-control', 'no-store'), problemOf('not_found'));
  });
}

function isServedHere(config: HttpConfig, request: FastifyRequest): boolean {
  const path = request.routeOptions.url ?? '';
  const isForOperators = path === '/metrics' || path.startsWith(`/${DOCS_PATH}`);
  if (!seesManagement(config, request)) return !isForOperators;
  return isForOperators || path === '/health' || PROBES.includes(path);
}

/**
 * A server of its own with the routes of the application. It has the limits of the public port, and answers malformed requests in the same way.
 * @param times what a request may take to arrive
 */
export function createManagementServer(
  fastify: FastifyInstance,
  config: HttpConfig,
  logger: AppLogger,
  times = REQUEST_TIMES,
): Server {
  const server = createServer(serverOptions(times), (request, response) => {
    fastify.routing(request, response);
  });
  server.keepAliveTimeout = fastify.server.keepAliveTimeout;
  server.on('clientError', answerClientError);
  takeExpectations(server);
  limitConnections(server, config, logger);
  return server;
}

/**
 * Listens on the management port, if there is one.
 * @throws Error of the operating system when the port cannot be used
 */
export async function listenForManagement(
  app: NestFastifyApplication,
  config: HttpConfig,
  logger: AppLogger,
): Promise<void> {
  const { management, host } = config;
  if (typeof management === 'string') return;
  const server = createManagementServer(app.getHttpAdapter().getInstance(), config, logger);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(management.port, host, resolve);
  });
  // The application's own server decides how long the process runs.
  server.unref();
}
