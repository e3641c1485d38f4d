import { pairsOf } from './pairs.js';
import type { Environment } from './environment.js';
import { isTraced } from './tracing-environment.js';
import type { SamplerConfig, TracingConfig } from './tracing-config.js';

/** @returns `undefined` unless an endpoint is named: then nothing is traced */
export function loadTracing(environment: Environment, version: string): TracingConfig | undefined {
  const url = urlOf(environment);
  if (url === undefined || !isTraced(environment)) return undefined;
  const { OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TRACES_HEADERS } = environment;
  return {
    url,
    headers: { ...pairs(OTEL_EXPORTER_OTLP_HEADERS), ...pairs(OTEL_EXPORTER_OTLP_TRACES_HEADERS) },
    timeoutMs: environment.OTEL_EXPORTER_OTLP_TIMEOUT,
    delayMs: environment.OTEL_BSP_SCHEDULE_DELAY,
    maxQueueSize: environment.OTEL_BSP_MAX_QUEUE_SIZE,
    resource: resourceOf(environment, version),
    sampler: samplerOf(environment),
  };
}

/** The endpoint of traces is used as it is; the one of all signals gets the path of traces. */
function urlOf(environment: Environment): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url } = environment;
  return url ?? (base && `${base.replace(/\/+$/, '')}/v1/traces`);
}

const pairs = (text: string | undefined) => (text === undefined ? {} : pairsOf(text));

function resourceOf(environment: Environment, version: string): TracingConfig['resource'] {
  const { OTEL_SERVICE_NAME: name, OTEL_RESOURCE_ATTRIBUTES, APP_NAME } = environment;
  return {
    'service.name': APP_NAME,
    'service.version': version,
    ...pairs(OTEL_RESOURCE_ATTRIBUTES),
    ...(name === undefined ? {} : { 'service.name': name }),
  };
}

function samplerOf(environment: Environment): SamplerConfig {
  const { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio } = environment;
  return {
    isParentBased: name.startsWith('parentbased_'),
    ratio: name.endsWith('traceidratio') ? ratio : Number(name.endsWith('always_on')),
  };
}
