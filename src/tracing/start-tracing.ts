import { subscribe } from 'node:diagnostics_channel';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { FastifyInstance } from 'fastify';
import type { AppLogger } from '../common/app.logger.js';
import { Deadline } from '../common/deadline.js';
import type { AppConfig } from '../config/app-config.js';
import type { SamplerConfig, TracingConfig } from '../config/tracing-config.js';
import { traceRedis } from './redis-spans.js';
import { RequestSpans } from './request-spans.js';
import { traceStatements } from './statement-spans.js';
import { WatchedExporter } from './watched-exporter.js';

/** Longer than any text of a statement or path here. */
const MAX_ATTRIBUTE_CHARACTERS = 2048;
/** A collector that does not answer may delay the end of the process this long. */
const FLUSH_LIMIT_MS = 2000;

/**
 * Traces requests, their statements and their commands from now on. Call it before the application is created. Spans are sent by a
 * queue of limited length, so a collector that is down or slow costs spans, and no request waits for it.
 */
export function startTracing({ http, version }: AppConfig, tracing: TracingConfig, logger: AppLogger): void {
  const provider = createProvider(tracing, logger);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  const tracer = provider.getTracer('ergodrive', version);
  traceStatements(tracer);
  traceRedis(tracer);
  const spans = new RequestSpans(tracer, http.trustedProxies);
  // Fastify publishes its instance before anything can add a hook to it.
  subscribe('fastify.initialization', (message) => {
    const { fastify } = message as { fastify: FastifyInstance };
    spans.watch(fastify);
    fastify.addHook('onClose', () => flush(provider, logger));
  });
  logger.log(`Spans are sent to ${tracing.url}`, 'Tracing');
}

function createProvider(tracing: TracingConfig, logger: AppLogger): TracerProvider {
  const { url, headers, timeoutMs, delayMs, maxQueueSize, resource, sampler } = tracing;
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: timeoutMs });
  return new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ ...resource })),
    sampler: samplerOf(sampler),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_CHARACTERS },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new WatchedExporter(exporter, logger),
        scheduledDelayMillis: delayMs,
        maxQueueSize,
      }),
    ],
  });
}

function samplerOf({ isParentBased, ratio }: SamplerConfig): Sampler {
  const root = ratio === 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(ratio);
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}

/** Sends the spans that wait. Every request is answered when it is called. The exporter logs other failures. */
async function flush(provider: TracerProvider, logger: AppLogger): Promise<void> {
  const sent = provider.shutdown().catch(() => undefined);
  const late = () => new Error(`The last spans were not sent: no answer within ${FLUSH_LIMIT_MS} ms`);
  await new Deadline(FLUSH_LIMIT_MS)
    .bound(sent, late)
    .catch((error: unknown) => logger.warn((error as Error).message, 'Tracing'));
}
