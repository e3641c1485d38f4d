import type { Mutant } from './mutant.js';

const TRACES = ['test/e2e/tracing.spec.ts'] as const;
const REQUESTS = 'src/tracing/request-spans.ts';
const STATEMENTS = 'src/tracing/statement-spans.ts';

/** What traces may not hold. */
export const TRACING_MUTANTS: readonly Mutant[] = [
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
    name: 'any client continues a trace',
    file: REQUESTS,
    text: 'if (this.trustedProxies === 0) return ROOT_CONTEXT;',
    replacement: '',
    specs: TRACES,
    test: 'when no proxy is trusted',
  },
];
