import {
  type Context,
  context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  HTTP_REQUEST_METHOD_VALUE_OTHER,
} from '@opentelemetry/semantic-conventions';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeRequest } from '../http/request-log.js';
import { METHODS } from '../http/methods.js';

const REQUEST_ID = 'ergodrive.request_id';

/** Gives each request a span by the semantic conventions of HTTP servers. It has no query string, no header and no address of a client. */
export class RequestSpans {
  private readonly contexts = new WeakMap<FastifyRequest, Context>();
  private readonly propagator = new W3CTraceContextPropagator();

  /** @param trustedProxies without one, each request begins a trace: any client could join another trace, or have it recorded */
  constructor(
    private readonly tracer: Tracer,
    private readonly trustedProxies: number,
  ) {}

  /** Adds hooks. Call it before any other hook is added, so that requests which other hooks answer have a span too. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      this.start(request, reply);
      done();
    });
    // The body arrives in events of its connection. What handles it gets the context of its request here.
    fastify.addHook('preValidation', (request, _reply, done) =>
      context.with(this.contexts.get(request) ?? ROOT_CONTEXT, done),
    );
  }

  private start(request: FastifyRequest, reply: FastifyReply): void {
    const parent = this.parentOf(request);
    const { name, attributes } = describe(request);
    const span = this.tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
    request.traceId = span.spanContext().traceId;
    this.contexts.set(request, trace.setSpan(parent, span));
    reply.raw.once('close', () => finish(span, reply));
  }

  private parentOf({ headers }: FastifyRequest): Context {
    if (this.trustedProxies === 0) return ROOT_CONTEXT;
    return this.propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  }
}

/** What is known of a request when its head has arrived. */
function describe(request: FastifyRequest) {
  const { request_id, path } = describeRequest(request);
  const method = METHODS.includes(request.method) ? request.method : undefined;
  const route = request.routeOptions.url;
  return {
    name: [method ?? 'HTTP', route].filter((part) => part !== undefined).join(' '),
    attributes: {
      [ATTR_HTTP_REQUEST_METHOD]: method ?? HTTP_REQUEST_METHOD_VALUE_OTHER,
      [ATTR_HTTP_ROUTE]: route,
      [ATTR_URL_PATH]: path,
      [ATTR_URL_SCHEME]: request.protocol,
      [REQUEST_ID]: request_id,
    },
  };
}

/** Ends the span with the status of the answer; without one, if the client has gone before. A client's mistake is no error of the server. */
function finish(span: Span, { raw }: FastifyReply): void {
  const { headersSent, statusCode } = raw;
  if (headersSent) span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (headersSent && statusCode >= 500)
    span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute(ATTR_ERROR_TYPE, String(statusCode));
  span.end();
}
