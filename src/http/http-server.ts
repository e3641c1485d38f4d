import type { Server } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppLogger } from '../common/app.logger.js';
import type { AppConfig } from '../config/app-config.js';
import { DOCS_PATH } from './api-docs.js';
import { answerClientError } from './client-error.js';
import { corsWithoutHooks } from './cors-options.js';
import { idleConnectionsOf } from './idle-connections.js';
import { serveByPort } from './management.js';
import { hasOAuthErrors } from './oauth-error.document.js';
import { Pipelines } from './pipelines.js';
import { sendProblem } from './problem.document.js';
import { problemOf } from './problems.js';
import { BODY_LIMIT_BYTES, readBodies } from './read-bodies.js';
import { defectOfHead } from './request-head.js';
import { requestIds } from './request-id.js';
import { RequestLog } from './request-log.js';
import { securityHeaders } from './security-headers.js';
import { limitConnections, REQUEST_TIMES, serverOptions, takeExpectations } from './server-limits.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether each answer ends its connection, so that the next request comes by another one. */
    endsConnections: boolean;
  }
}

/** Services introspect whatever their callers sent them as a token. */
const OAUTH_BODY_LIMIT_BYTES = 65_536;

/**
 * Fastify with the limits, headers and log lines of this service.
 * @param times what a request may take to arrive; beyond it, the answer is 408
 */
export function createHttpServer(
  { http, log }: Pick<AppConfig, 'http' | 'log'>,
  logger: AppLogger,
  times = REQUEST_TIMES,
): FastifyAdapter {
  const requestLog = new RequestLog(logger, log.hasRequests);
  const secure = securityHeaders(`/${DOCS_PATH}`);
  const allowOrigin = corsWithoutHooks(http.corsOrigins);
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: times.limitMs,
    // Without a proxy, the address of the connection is read without a look at headers.
    trustProxy: http.trustedProxies > 0 && ((_address, hop) => hop < http.trustedProxies),
    genReqId: requestIds(http.trustedProxies),
    logController: requestLog,
    forceCloseConnections: 'idle',
    // During shutdown, a request on an open connection is still served; its answer closes the connection.
    return503OnClosing: false,
    http: serverOptions(times),
    clientErrorHandler: answerClientError,
    // For a path that cannot be decoded, Fastify runs no hook, no route and no filter, and writes no line. Its message repeats the path.
    frameworkErrors: (_: Error, request: FastifyRequest, reply: FastifyReply) => {
      secure(request, reply);
      allowOrigin(request, reply);
      sendProblem(reply, problemOf('malformed_request'));
      requestLog.requestCompleted(null, request, reply);
    },
  });
  const fastify = adapter.getInstance();
  fastify.decorate('endsConnections', false);
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (fastify.endsConnections) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRoute', (route) => {
    if (hasOAuthErrors(route.url)) route.bodyLimit = OAUTH_BODY_LIMIT_BYTES;
  });
  readBodies(fastify);
  const pipelines = new Pipelines();
  fastify.addHook('onRequest', (request, reply, done) => {
    // Without the connection, it waits behind an earlier request of it.
    if (reply.raw.socket === null && !pipelines.admit(reply.raw)) {
      reply.hijack();
      return;
    }
    secure(request, reply);
    const detail = defectOfHead(request.raw);
    if (detail !== undefined) {
      // Whoever sent it may see other requests in the bytes that follow.
      void reply.header('connection', 'close');
      sendProblem(reply, problemOf('malformed_request', { detail }));
    } else done();
  });
  if (http.management !== 'shared') serveByPort(fastify, http);
  const server = adapter.getHttpServer<Server>();
  takeExpectations(server);
  limitConnections(server, http, logger);
  const closeIdle = idleConnectionsOf(server);
  fastify.addHook('preClose', (done) => {
    closeIdle();
    done();
  });
  return adapter;
}
