import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { DOCS_PATH } from '../../../src/http/api-docs.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { createApp } from '../../../src/create-app.js';
import { AppProcess } from '../../support/app/app-process.js';
import { makeTemporaryDirectory } from '../../support/files/temporary-directory.js';
import { createTestDatabase } from '../../support/postgres/test-database.js';

export const ADMIN = { email: 'root@example.org', password: 'the first admin' };

/** The built app with the defaults of development, and an admin. */
export async function startDocumentedApp(): Promise<AppProcess> {
  const { url } = await createTestDatabase();
  return AppProcess.start({
    env: { DATABASE_URL: url, ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password },
  });
}

/**
 * What Fastify is given to route, as `GET /api/v1/users/{id}`, without the documentation itself and the paths that repeat
 * `GET /api/v1/auth/check` for gateways: asked of an app in this process, because a running one does not list them.
 */
export async function listRoutes(): Promise<string[]> {
  const [database, dataDir] = await Promise.all([createTestDatabase(), makeTemporaryDirectory('routes')]);
  const config = loadConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
  });
  const routes: string[] = [];
  const observe = (message: unknown) =>
    recordRoutes((message as { fastify: FastifyInstance }).fastify, routes);
  subscribe('fastify.initialization', observe);
  try {
    const app = await createApp(config);
    await app.init();
    await app.close();
  } finally {
    unsubscribe('fastify.initialization', observe);
  }
  return routes;
}

function recordRoutes(fastify: FastifyInstance, routes: string[]): void {
  fastify.addHook('onRoute', ({ method, url }) => {
    if (url.startsWith(`/${DOCS_PATH}`) || url.includes('/ext-authz/')) return;
    const methods = [method].flat().filter((name) => name !== 'HEAD' && name !== 'OPTIONS');
    routes.push(...methods.map((name) => `${name} ${url.replace(/:(\w+)/g, '{$1}')}`));
  });
}
