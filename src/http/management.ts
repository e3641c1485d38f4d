import { createServer } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { AppConfig } from '../config/app-config.js';
import { DOCS_PATH } from './api-docs.js';

type HttpConfig = AppConfig['http'];

const PROBES = ['/health/live', '/health/ready'];

/** Whether a caller on this connection may see what is meant for operators: metrics, details of the health, the API documents. */
export function seesManagement({ management }: HttpConfig, { socket }: FastifyRequest): boolean {
  return management === 'shared' || (management !== 'none' && socket.localPort === management.port);
}

/** Whether the route exists on the port on which the request came. The management port has its own routes and the probes only. */
export function isServedHere(config: HttpConfig, request: FastifyRequest): boolean {
  if (config.management === 'shared') return true;
  const path = request.routeOptions.url ?? '';
  const isForOperators = path === '/metrics' || path.startsWith(`/${DOCS_PATH}`);
  if (!seesManagement(config, request)) return !isForOperators;
  return isForOperators || path === '/health' || PROBES.includes(path);
}

/**
 * Listens on the management port, if there is one, with the routes of the application.
 * @throws Error of the operating system when the port cannot be used
 */
export async function listenForManagement(
  app: NestFastifyApplication,
  { management, host }: HttpConfig,
): Promise<void> {
  if (typeof management === 'string') return;
  const fastify = app.getHttpAdapter().getInstance();
  const server = createServer((request, response) => {
    fastify.routing(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(management.port, host, resolve);
  });
  // The application's own server decides how long the process runs.
  server.unref();
}
