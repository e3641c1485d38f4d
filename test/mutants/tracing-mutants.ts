import type { Mutant } from './mutant.js';

const TRACES = ['test/e2e/tracing.spec.ts'] as const;
const COLLECTOR = ['test/e2e/tracing-collector.long.spec.ts'] as const;
const REQUESTS = 'src/tracing/request-spans.ts';
const STATEMENTS = 'src/tracing/statement-spans.ts';
const REDIS = 'src/tracing/redis-spans.ts';
const START = 'src/tracing/start-tracing.ts';

/** What traces may not hold, and what they may not do to requests. */
export const TRACING_MUTANTS: readonly Mutant[] = [
  {
    name: 'OpenTelemetry is loaded without traces',
    file: 'src/main.ts',
    text: 'const { tracing } = config;',
    replacement: "const { tracing } = config;\n  await import('./tracing/start-tracing.js');",
    specs: COLLECTOR,
    test: 'are not loaded when no endpoint is named',
  },
  {
    name: 'any client continues a trace',
    file: REQUESTS,
    text: 'if (this.trustedProxies === 0) return ROOT_CONTEXT;',
    replacement: '',
    specs: TRACES,
    test: 'begin anew when no proxy is trusted',
  },
  {
    name: "a client's mistake is an error of the server",
    file: REQUESTS,
    text: 'statusCode >= 500',
    replacement: 'statusCode >= 400',
    specs: TRACES,
    test: 'do not take a 401',
  },
  {
    name: 'spans have the query string',
    file: REQUESTS,
    text: '[ATTR_URL_PATH]: path,',
    replacement: '[ATTR_URL_PATH]: path && request.url,',
    specs: ['test/e2e/canaries.spec.ts'],
    test: 'the spans of traces',
  },
  {
    name: 'spans have the messages of errors',
    file: 'src/tracing/child-span.ts',
    text: 'setStatus({ code: SpanStatusCode.ERROR })',
    replacement: 'setStatus({ code: SpanStatusCode.ERROR, message: String(error) })',
    specs: TRACES,
    test: 'no message of an error',
  },
  {
    name: 'spans have the literals of statements',
    file: STATEMENTS,
    text: "text.replace(LITERAL, '?')",
    replacement: 'text',
    specs: TRACES,
    test: 'have no literal of a statement',
  },
  {
    name: 'a shared read of the cache belongs to one request',
    file: REDIS,
    text: 'if (command === BATCHED || recordedParent() === undefined) return;',
    replacement: 'if (recordedParent() === undefined) return;',
    specs: TRACES,
    test: 'give each of many requests its own part',
  },
  {
    name: 'each failed batch of spans has a log line',
    file: 'src/tracing/watched-exporter.ts',
    text: 'if (hasFailed && !this.isFailing)',
    replacement: 'if (hasFailed)',
    specs: COLLECTOR,
    test: 'that refuses spans is logged once',
  },
  {
    name: 'spans that wait are lost at the end',
    file: START,
    text: "fastify.addHook('onClose', () => flush(provider, logger));",
    replacement: 'void flush;',
    specs: COLLECTOR,
    test: 'gets the spans that wait',
  },
  {
    name: 'the end of the process waits for a frozen collector',
    file: START,
    text: 'const FLUSH_LIMIT_MS = 2000;',
    replacement: 'const FLUSH_LIMIT_MS = 60_000;',
    specs: COLLECTOR,
    test: 'does not keep the application from its end',
  },
  {
    name: 'the queue of spans has any length',
    file: START,
    text: '        maxQueueSize,\n',
    replacement: '        maxQueueSize: maxQueueSize * 1000,\n',
    specs: COLLECTOR,
    test: 'that is frozen delays no request',
  },
];
