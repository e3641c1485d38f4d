import type { Server } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DOCS_PATH } from './api-docs.js';
import { sendProblem } from './common/problem.filter.js';
import { securityHeaders } from './common/security-headers.js';

const BODY_LIMIT_BYTES = 65_536;
/** A request that has not arrived by then is given up: slow senders would hold connections for ever. */
const REQUEST_TIMEOUT_MS = 30_000;
const CLOSING_SWEEP_MS = 100;

/** Fastify with this service's limits and headers. @param trustedProxies how many proxies' X-Forwarded-For is believed */
export function createHttpServer(trustedProxies: number): FastifyAdapter {
  const secure = securityHeaders(`/${DOCS_PATH}`);
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: (_address, hop) => hop < trustedProxies,
    forceCloseConnections: 'idle',
    // A path that cannot be decoded reaches neither hook nor route nor filter.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      secure(request, reply);
      sendProblem(reply, { status: 400, code: 'malformed_request', detail: error.message });
    },
  });
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRequest', (request, reply, done) => {
    secure(request, reply);
    done();
  });
  fastify.addHook('preClose', (done) => {
    closeWhenIdle(adapter.getHttpServer<Server>());
    done();
  });
  return adapter;
}

/** Connections that had a request under way are idle only after its answer, and would be kept alive for minutes. */
function closeWhenIdle(server: Server): void {
  setInterval(() => server.closeIdleConnections(), CLOSING_SWEEP_MS).unref();
}
